/* The descriptor of the interface: messages, words of scripts, the alphabet, options. */
#include "functionality/auth/interface.h"

#include "simulator/triple/calls.h"

static const char *const error_name[] = { "no-such-party", "too-many-texts", NULL };
static const char *const operation_name[] = { "sent", "received", NULL };

#define SLOT(kind) [(kind) - UC_M_USER]
static const UcMessageKind kinds[AUTH_KINDS_END - UC_M_USER] = {
    SLOT(AUTH_SEND) = { "send", { { "to", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(AUTH_RECEIVED) = { "received", { { "from", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(AUTH_ERROR) = { "error", { { "code", UC_CODE, error_name } }, .error = true },
    SLOT(AUTH_CONSULT) = { "consult-send", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(AUTH_SENT) = { "sent", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "number", UC_INT } } },
    SLOT(AUTH_CORRUPTED) = { "corrupted-party", { { "party", UC_PARTY } } },
    SLOT(AUTH_ANSWER) = { "answer", { { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(AUTH_ALLOW) = { "allow-delivery", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "number", UC_INT },
                                             { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(AUTH_INJECT) = { "inject", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT, .said = true },
                                      { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(AUTH_CRASH_PARTY) = { "crash-party", { { "party", UC_PARTY } } },
    SLOT(AUTH_RESTART_PARTY) = { "restart-party", { { "party", UC_PARTY } } },
    SLOT(AUTH_DISABLE_PARTY) = { "disable-party", { { "party", UC_PARTY } } },
    SLOT(AUTH_CORRUPT_PARTY) = { "corrupt-party", { { "party", UC_PARTY } } },
    SLOT(AUTH_EFFECT) = { "effect", { { "operation", UC_CODE, operation_name }, { "peer", UC_PARTY }, { "counter", UC_INT },
                                      { "text", UC_TEXT, .said = true } } },
};
const UcMessageTable auth_messages = { kinds, G_N_ELEMENTS(kinds) };

AuthError auth_error_of(UcCtx *ctx, const AuthOptions *options, UcWord from, UcWord to, uint64_t sent)
{
    if (to >= uc_party_count(ctx) || to == from)
        return AUTH_NO_SUCH_PARTY;
    return sent < options->texts ? AUTH_OK : AUTH_TOO_MANY_TEXTS;
}

static const UcCall calls[] = { { "send", AUTH_SEND }, { NULL, 0 } };

static const char first_script[] =
    "  title    = \"TITLE\",\n"
    "  protocol = \"counted-macs\",\n"
    "  parties  = { \"alice\", \"bob\" },\n"
    "  expect   = \"indistinguishable\", -- or \"distinguished\", \"invariant broken: U1\", ...\n"
    "  -- storage = \"rollback\",        -- how stable storage may fail; 'ucsim list' names the models\n"
    "\n"
    "ENVIRONMENT"
    "  environment = function (z)\n"
    "    local received = z:send(\"alice\", \"bob\", \"pay 5\")\n"
    "    assert(received.kind == \"received\" and received.from == \"alice\" and received.text == \"pay 5\")\n"
    "    assert(z:ask(\"replay\") == nil) -- the second delivery must change nothing\n"
    "  end,\n"
    "\n"
    "ADVERSARY"
    "\n"
    "  -- For 'ucsim explore': how many of each move to try, and the texts.\n"
    "  explore = { send = 2, deliver = 3, messages = { \"pay 5\", \"pay 6\" } },\n";

static const UcObject objects[] = { { "text", AUTH_RECEIVED, "text" } };
static const UcInput inputs[] = {
    { AUTH_SEND, .otherwise = 1, .sends = true, .argument = { { "to", .not_self = true }, { "text" } } },
};
static const UcInput says = { AUTH_RECEIVED };
static const UcAlphabet alphabet = { .object = objects, .objects = G_N_ELEMENTS(objects), .input = inputs,
                                     .inputs = G_N_ELEMENTS(inputs), .says = &says };

static const AuthOptions defaults = { .texts = 4096 };
static const UcOptionRow rows[] = {
    { "limit-texts", "limits.texts", UC_OPTION_NUMBER, offsetof(AuthOptions, texts), .place = 130 },
};
G_STATIC_ASSERT(sizeof(AuthOptions) <= sizeof(UcSettings));

static void *setup_new(const UcSessionPlan *plan, char **wrong)
{
    return g_memdup2(plan->interface, sizeof(AuthOptions));
}

static const char *const parties[] = { "alice", "bob", "carol", NULL };

const UcInterface auth_interface = {
    .name = "F_AUTH", .parties = parties, .messages = &auth_messages, .calls = calls, .first_script = first_script, .alphabet = &alphabet,
    .options = { rows, G_N_ELEMENTS(rows), &defaults, sizeof defaults }, .rules = auth_rules,
    .setup_new = setup_new, .setup_free = g_free, .watcher = auth_watcher,
};
