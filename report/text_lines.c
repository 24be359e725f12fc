#include "report/text_lines.h"

#include <string.h>

/* Thousandths of the size, from the blank on. */
static const short width_of[][95] = {
    [REP_DEJAVU] = {
        318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637, 637, 637, 637, 637,
        637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 576, 775, 752, 295, 295, 656, 558, 863, 749, 788,
        604, 788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838, 500, 500, 613, 635, 550, 635, 616, 353, 635,
        634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838 },
    [REP_COMPUTER_MODERN] = {
        394, 324, 570, 939, 570, 939, 877, 324, 447, 447, 570, 877, 324, 385, 324, 570, 570, 570, 570, 570, 570, 570, 570, 570,
        570, 570, 324, 324, 900, 877, 900, 539, 877, 844, 799, 816, 861, 768, 738, 884, 844, 413, 584, 874, 707, 1028, 844, 877,
        768, 877, 830, 631, 816, 844, 844, 1151, 844, 844, 693, 324, 570, 324, 570, 570, 324, 570, 631, 508, 631, 508, 355, 570,
        631, 324, 355, 601, 324, 939, 631, 570, 631, 601, 447, 453, 447, 631, 601, 816, 601, 601, 508, 570, 324, 570, 570 },
};
enum { DOTS = 0x2026, OTHER_LETTER = 950, WIDE = 1100, TEX_DOTS = 1650 };
#define BOLD 1.17 /* times the width of the same text */

static double char_width(RepMetric metric, gunichar c)
{
    if (c >= ' ' && c < 127)
        return width_of[metric][c - ' '];
    if (c == DOTS && metric == REP_COMPUTER_MODERN)
        return TEX_DOTS;
    if (g_unichar_iszerowidth(c))
        return 0;
    return c >= 0x1100 ? WIDE : OTHER_LETTER;
}

static double piece_width(const RepFace *face, const char *from, const char *to)
{
    double sum = 0;
    for (const char *p = from; p < to; p = g_utf8_next_char(p))
        sum += char_width(face->metric, g_utf8_get_char(p));
    return sum * face->size / 1000 * (face->bold ? BOLD : 1);
}

double rep_text_width(const RepFace *face, const char *text)
{
    g_assert(face && text);
    double widest = 0;
    for (const char *line = text;; ) {
        const char *end = strchr(line, '\n');
        widest = MAX(widest, piece_width(face, line, end ? end : line + strlen(line)));
        if (!end)
            return widest;
        line = end + 1;
    }
}

unsigned rep_text_lines(const char *text)
{
    g_assert(text);
    unsigned lines = 1;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* ---- breaking ---- */

/* Each may break where those before it may. */
typedef enum { OUTSIDE_QUOTES, AT_BLANKS, AT_SIGNS, ANYWHERE } Where;

/* May a line end behind this character? */
static bool may_break(Where where, char last, bool quoted)
{
    return where == ANYWHERE || (last == ' ' && (!quoted || where > OUTSIDE_QUOTES)) ||
           (where == AT_SIGNS && last && strchr("(,/-_:", last));
}

/* Where the line that starts at `from` ends: as late as the width allows, or NULL when not even its first piece fits.
 * *quoted: whether what stands there is quoted. */
static const char *line_end(const RepFace *face, const char *from, double width, Where where, bool *quoted)
{
    bool inside = *quoted;
    const double most = width * 1000 / face->size / (face->bold ? BOLD : 1);
    const char *end = NULL;
    double sum = 0;
    for (const char *p = from; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        double wide = char_width(face->metric, c);
        if (p > from && may_break(where, p[-1], inside)) {
            end = p;
            *quoted = inside;
        }
        if (sum + wide > most && c != ' ')
            return end;
        inside ^= c == '"';
        sum += wide;
    }
    return from + strlen(from);
}

static void append_line(GString *out, const char *from, const char *to)
{
    while (to > from && to[-1] == ' ')
        to--;
    g_string_append_len(out, from, to - from);
}

/* NULL when it cannot be done; *rest: where the text that `most` lines do not hold starts. */
static char *fill(const RepFace *face, const char *text, double width, unsigned most, Where where, const char **rest)
{
    GString *out = g_string_new(NULL);
    unsigned lines = 0;
    bool quoted = false;
    while (*text && lines < most) {
        const char *end = line_end(face, text, width, where, &quoted);
        if (!end)
            break;
        if (lines++)
            g_string_append_c(out, '\n');
        append_line(out, text, end);
        text = end;
    }
    *rest = text;
    return g_string_free(out, FALSE);
}

static char *fill_all(const RepFace *face, const char *text, double width, unsigned most, Where where)
{
    const char *rest;
    g_autofree char *out = fill(face, text, width, most, where, &rest);
    return *rest ? NULL : g_steal_pointer(&out);
}

enum { HALVINGS = 7 };

/* The same number of lines in the smallest width. */
static char *balanced(const RepFace *face, const char *text, double width, char *found, Where where)
{
    const unsigned lines = rep_text_lines(found);
    double low = 0, high = width;
    for (int i = 0; lines > 1 && i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        char *narrow = fill_all(face, text, middle, lines, where);
        if (!narrow) {
            low = middle;
            continue;
        }
        g_free(found);
        found = narrow;
        high = middle;
    }
    return found;
}

/* NULL, or the gentlest way that fits; *where: which. */
static char *broken(const RepFace *face, const char *text, double width, unsigned most, Where *where)
{
    char *found = NULL;
    for (Where w = OUTSIDE_QUOTES; !found && w <= AT_SIGNS; w++)
        found = fill_all(face, text, width, most, *where = w);
    return found;
}

char *rep_wrap(const RepFace *face, const char *text, double width, unsigned most)
{
    g_assert(face && text);
    Where where;
    char *found = broken(face, text, width, most, &where);
    return found ? balanced(face, text, width, found, where) : NULL;
}

/* Takes `text`; its last line ends with an ellipsis, which fits. */
static char *with_ellipsis(const RepFace *face, char *text, double width)
{
    g_autofree char *all = text;
    char *last = strrchr(all, '\n');
    last = last ? last + 1 : all;
    const double dots = char_width(face->metric, DOTS) * face->size / 1000 * (face->bold ? BOLD : 1);
    char *end = last + strlen(last);
    while (end > last && piece_width(face, last, end) + dots > width)
        end = g_utf8_prev_char(end);
    *end = 0;
    return g_strconcat(all, "…", NULL);
}

char *rep_wrap_cut(const RepFace *face, const char *text, double width, unsigned most, bool *cut)
{
    g_assert(face && text && most > 0 && cut);
    *cut = false;
    Where where;
    char *whole = broken(face, text, width, most, &where);
    if (whole)
        return whole;
    const char *rest;
    char *held = fill(face, text, width, most, ANYWHERE, &rest);
    *cut = *rest != 0;
    return *cut ? with_ellipsis(face, held, width) : held;
}
