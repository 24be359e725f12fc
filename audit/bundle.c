/* Proofs that somebody checks without this program: key, both signatures, what is known of the messages, and a script. */
#include "audit/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define SCRIPT_MARK "#!/usr/bin/env python3\n# Checks without ucsim that one one-time key signed twice." /* tells bundles from folders of others */
static const char script_head[] =
    SCRIPT_MARK " Only the standard library; proof.txt says where things are.\n"
    "import hashlib, os, sys\n"
    "sys.excepthook = lambda kind, what, where: print('not proven, the files are not whole:', kind.__name__, what)\n"
    "os.chdir(os.path.dirname(os.path.abspath(__file__)))\n"
    "P = dict(line.split('=', 1) for line in open('proof.txt').read().split('\\n') if '=' in line)\n"
    "num = lambda name: int(P[name])\n"
    "n, w, p, ls, h = num('n'), num('w'), num('chains'), num('shift'), num('height')\n"
    "key, sigs = open('key.bin', 'rb').read(), [open(f, 'rb').read() for f in ('a.sig', 'b.sig')]\n"
    "def digits(q):  # of a digest and its checksum: RFC 8554 section 4.4, RFC 8391 Algorithm 5\n"
    "    get = lambda b, i: b[i * w // 8] >> (8 - w - i * w % 8) & (2**w - 1)\n"
    "    d = [get(q, i) for i in range(8 * n // w)]\n"
    "    return d + [get((sum(2**w - 1 - x for x in d) << ls).to_bytes(2, 'big'), i) for i in range(p - len(d))]\n"
    "def H(b): return {'sha256': lambda: hashlib.sha256(b).digest(), 'sha512': lambda: hashlib.sha512(b).digest(),\n"
    "    'shake128': lambda: hashlib.shake_128(b).digest(n), 'shake256': lambda: hashlib.shake_256(b).digest(n)}[P['hash']]()[:n]\n"
    "u = lambda x, k: x.to_bytes(k, 'big')\n";

/* RFC 8554 sections 4.6 and 5.4.2. */
static const char script_lms[] =
    "def root(sig, at, key, q):  # of the LMS signature at `at`, if its one-time signature is one of the digest q\n"
    "    I, leaf, y = key[8:24], sig[at:at + 4], sig[at + 8 + n:]\n"
    "    ends = b''\n"
    "    for i, d in enumerate(digits(q)):\n"
    "        x = y[i * n:i * n + n]\n"
    "        for j in range(d, 2**w - 1): x = H(I + leaf + u(i, 2) + u(j, 1) + x)\n"
    "        ends += x\n"
    "    r = 2**h + int.from_bytes(leaf, 'big')\n"
    "    leaf_node = x = H(I + u(r, 4) + b'\\x82\\x82' + H(I + leaf + b'\\x80\\x80' + ends))\n"
    "    path = y[p * n + 4:]\n"
    "    for k in range(h):\n"
    "        s, r, odd = path[k * n:k * n + n], r // 2, r % 2\n"
    "        x = H(I + u(r, 4) + b'\\x83\\x83' + (s + x if odd else x + s))\n"
    "    return I, leaf, leaf_node, x\n"
    "seen, roots = [], []\n"
    "for name, sig in zip('ab', sigs):\n"
    "    levels, own = [list(map(int, x.split(','))) for x in P[name + '_levels'].split(';')], key\n"
    "    for k, (at, w, p, ls, h) in enumerate(levels):  # from the top; all above the last sign the key below\n"
    "        below = sig[levels[k + 1][0] - 24 - n:levels[k + 1][0]] if k + 1 < len(levels) else b''\n"
    "        q = H(own[8:24] + sig[at:at + 4] + b'\\x81\\x81' + sig[at + 8:at + 8 + n] + below)\n"
    "        I, leaf, node, top = root(sig, at, own, q if below else bytes.fromhex(P[name + '_digest']))\n"
    "        if below and top != own[24:]: sys.exit('not proven: an upper level does not hold')\n"
    "        if below: own = below\n"
    "    seen.append((I, leaf, node)); roots.append(top == own[24:])\n"
    "good = seen[0] == seen[1] and any(roots)\n";

/* RFC 8391 sections 3.1.2, 4.1.5, 4.1.10, 4.2.5. */
static const char script_xmss[] =
    "pad, layer, layers, index = num('pad'), num('layer'), num('layers'), num('index')\n"
    "seed, xor = key[4 + n:], lambda a, b: bytes(x ^ y for x, y in zip(a, b))\n"
    "def prf(a, k): return H(u(3, pad) + seed + a[:28] + u(k, 4))\n"
    "def F(x, a): return H(u(0, pad) + prf(a, 0) + xor(x, prf(a, 1)))\n"
    "def N(l, r, a): return H(u(1, pad) + prf(a, 0) + xor(l, prf(a, 1)) + xor(r, prf(a, 2)))\n"
    "def adrs(lay, tree, *words): return u(lay, 4) + u(tree, 8) + b''.join(u(x, 4) for x in words) + u(0, 4)\n"
    "def climb(sig, lay, q):  # to the node of the leaf, and the root of its tree\n"
    "    leaf, tree = index >> lay * h & 2**h - 1, index >> (lay + 1) * h\n"
    "    y = sig[num('skip') + n + lay * (p + h) * n:]\n"
    "    t = []\n"
    "    for i, d in enumerate(digits(q)):\n"
    "        x = y[i * n:i * n + n]\n"
    "        for j in range(d, 2**w - 1): x = F(x, adrs(lay, tree, 0, leaf, i, j))\n"
    "        t.append(x)\n"
    "    k = 0\n"
    "    while len(t) > 1:\n"
    "        t = [N(t[i], t[i + 1], adrs(lay, tree, 1, leaf, k, i // 2)) for i in range(0, len(t) - 1, 2)] + t[len(t) & ~1:]\n"
    "        k += 1\n"
    "    node = x = t[0]\n"
    "    for k in range(h):\n"
    "        s, a = y[(p + k) * n:][:n], adrs(lay, tree, 2, 0, k, leaf >> k + 1)\n"
    "        x = N(s, x, a) if leaf >> k & 1 else N(x, s, a)\n"
    "    return node, x\n"
    "seen, roots = [], []\n"
    "for name, sig in zip('ab', sigs):\n"
    "    x = bytes.fromhex(P[name + '_digest'])\n"
    "    for lay in range(layer, layers):\n"
    "        node, x = climb(sig, lay, x)\n"
    "        if lay == layer: seen.append(node)\n"
    "    roots.append(x == key[4:4 + n])\n"
    "good = seen[0] == seen[1] and any(roots)\n";

static const char script_end[] =
    "good = good and P['a_digest'] != P['b_digest']\n"
    "print('proven: one one-time key signed twice' if good else 'not proven')\n"
    "sys.exit(0 if good else 1)\n";

typedef struct {
    const char *folder;
    GError **error;
} Target;

static bool put(const Target *t, const char *name, const void *bytes, size_t length)
{
    g_autofree char *path = g_build_filename(t->folder, name, NULL);
    return g_file_set_contents(path, bytes, (gssize)length, t->error);
}

static bool put_message(const Audit *a, const Target *t, const char *name, uint32_t item)
{
    size_t length;
    g_autofree uint8_t *bytes = NULL;
    return !audit_message(a, audit_item(a, item), &bytes, &length) || put(t, name, length ? (char *)bytes : "", length);
}

/* Where each level of LMS and HSS begins, from the top, and what it is made of. */
static void put_levels(GString *s, char name, const Reread *r, unsigned last)
{
    for (unsigned k = 0; k <= last; k++) {
        const SigSetShape shape = sig_set_shape(r->layer[k].set);
        if (k)
            g_string_append_c(s, ';');
        else
            g_string_append_printf(s, "%c_levels=", name);
        g_string_append_printf(s, "%zu,%u,%u,%u,%u", (size_t)(r->layer[k].randomiser - 8 - r->match.signature), shape.w, shape.chains,
                               shape.shift, shape.tree_height);
    }
    g_string_append_c(s, '\n');
}

static bool write_proof(const Audit *a, const Proof *p, const Reread *x, const Reread *y, const Target *t)
{
    const SigLayer *lx = &x->layer[p->layer[0]];
    const bool lms = !g_str_has_prefix(sig_set_name(lx->set), "XMSS");
    const size_t n = sig_layer_digest_size(lx);
    SigSetShape shape = sig_set_shape(lx->set);
    g_autofree char *da = audit_hex(p->digests->data, n), *db = audit_hex(p->digests->data + n, n);
    g_autoptr(GString) s = g_string_new(NULL);
    g_string_append_printf(s, "%s\n\nset=%s\nhash=%s\nn=%zu\nw=%u\nchains=%u\nshift=%u\nheight=%u\na_digest=%s\nb_digest=%s\n",
                           p->finding->text, sig_set_name(lx->set), shape.hash, n, shape.w, shape.chains, shape.shift, shape.tree_height, da, db);
    if (lms) {
        put_levels(s, 'a', x, p->layer[0]);
        put_levels(s, 'b', y, p->layer[1]);
    } else {
        g_string_append_printf(s, "pad=%u\nlayer=%u\nlayers=%u\nskip=%zu\nindex=%" G_GUINT64_FORMAT "\n", shape.pad, lx->layer, x->layers,
                               (size_t)(x->layer[0].randomiser - x->match.signature), sig_layers_index(x->layer, x->layers));
    }
    g_autofree char *script = g_strconcat(script_head, lms ? script_lms : script_xmss, script_end, NULL);
    const size_t skip = x->match.set != lx->set && lms ? 4 : 0; /* the script wants the bare LMS key */
    return put(t, "check.py", script, strlen(script)) && put(t, "proof.txt", s->str, s->len) &&
           put(t, "key.bin", x->match.vk + skip, x->match.vk_length - skip) &&
           put(t, "a.sig", x->match.signature, x->match.length) && put(t, "b.sig", y->match.signature, y->match.length) &&
           put_message(a, t, "a.message", p->item[0]) && put_message(a, t, "b.message", p->item[1]);
}

static bool cannot(GError **error, const char *path)
{
    const int number = errno;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s: %s", path, g_strerror(number));
    return false;
}

static const char *const ours[] = { "check.py", "proof.txt", "key.bin", "a.sig", "b.sig", "a.message", "b.message", NULL };

static bool has_mark(const char *bundle)
{
    g_autofree char *path = g_build_filename(bundle, ours[0], NULL);
    char head[sizeof SCRIPT_MARK - 1];
    int fd = g_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
    const bool good = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head && !memcmp(head, SCRIPT_MARK, sizeof head);
    if (fd >= 0)
        close(fd);
    return good;
}

/* Did audit_write_bundles make this folder, and nobody else put anything into it? Without any file it may have died there. */
static bool is_bundle(const char *path, GError **error)
{
    g_autoptr(GDir) dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name = dir ? g_dir_read_name(dir) : NULL;
    bool good = dir && (!name || has_mark(path));
    for (; good && name; name = g_dir_read_name(dir))
        good = g_strv_contains(ours, name);
    if (!good)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "%s: expected a bundle of an earlier audit, which would be removed, got something else",
                    path);
    return good;
}

static bool clear(const char *bundle, GError **error)
{
    for (size_t i = 0; ours[i]; i++) {
        g_autofree char *path = g_build_filename(bundle, ours[i], NULL);
        g_unlink(path);
    }
    return g_rmdir(bundle) == 0 || cannot(error, bundle);
}

static bool for_bundles(const char *folder, bool (*each)(const char *bundle, GError **error), GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    bool good = dir != NULL;
    for (const char *name; good && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_str_has_prefix(name, "proof-") && name[6] && !name[6 + strspn(name + 6, "0123456789")])
            good = each(path, error);
    }
    return good;
}

/* The folder, made if need be (what is above it has to be there). Bundles of an earlier run go, or they would pass for ones of
 * this; unless something in the folder is not ours: then all stays. */
static bool prepare(const char *folder, GError **error)
{
    if (g_mkdir(folder, 0777) == 0)
        return true;
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return cannot(error, folder);
    return for_bundles(folder, is_bundle, error) && for_bundles(folder, clear, error);
}

bool audit_write_bundles(const Audit *a, const char *folder, GError **error)
{
    if (!prepare(folder, error))
        return false;
    for (guint i = 0; i < a->proofs->len; i++) {
        const Proof *p = g_ptr_array_index(a->proofs, i);
        g_autofree char *name = g_strdup_printf("proof-%u", i + 1), *path = g_build_filename(folder, name, NULL);
        Reread x, y;
        if (g_mkdir(path, 0777))
            return cannot(error, path);
        bool good = audit_reread(a, p->item[0], &x) & audit_reread(a, p->item[1], &y);
        if (good)
            good = write_proof(a, p, &x, &y, &(Target){ path, error });
        else
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: a signature of it cannot be read again", path);
        audit_reread_free(&x);
        audit_reread_free(&y);
        if (!good)
            return false;
    }
    return true;
}
