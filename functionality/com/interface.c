/* The descriptor of the interface: messages, words of scripts, the alphabet. */
#include "functionality/com/interface.h"

#include "simulator/triple/calls.h"

static const char *const error_name[] = { "refused", NULL };
static const char *const operation_name[] = { "committed", "received", "opened", NULL };

#define SLOT(kind) [(kind) - UC_M_USER]
static const UcMessageKind kinds[COM_KINDS_END - UC_M_USER] = {
    SLOT(COM_COMMIT) = { "commit", { { "to", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(COM_OPEN) = { "open", { { "to", UC_PARTY } } },
    SLOT(COM_RECEIPT) = { "receipt", { { "from", UC_PARTY } } },
    SLOT(COM_OPENED) = { "opened", { { "from", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(COM_ERROR) = { "error", { { "code", UC_CODE, error_name } }, .error = true },
    SLOT(COM_CONSULT) = { "consult-commit", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(COM_COMMITTED) = { "committed", { { "from", UC_PARTY }, { "to", UC_PARTY } } },
    SLOT(COM_OPENING) = { "opening", { { "from", UC_PARTY }, { "to", UC_PARTY } } },
    SLOT(COM_CORRUPTED) = { "corrupted-party", { { "party", UC_PARTY } } },
    SLOT(COM_ANSWER) = { "answer", { { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(COM_ALLOW_RECEIPT) = { "allow-receipt", { { "from", UC_PARTY }, { "to", UC_PARTY },
                                                   { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(COM_ALLOW_OPENED) = { "allow-opened", { { "from", UC_PARTY }, { "to", UC_PARTY },
                                                 { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(COM_INJECT) = { "inject", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT, .said = true },
                                     { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(COM_CRASH_PARTY) = { "crash-party", { { "party", UC_PARTY } } },
    SLOT(COM_RESTART_PARTY) = { "restart-party", { { "party", UC_PARTY } } },
    SLOT(COM_DISABLE_PARTY) = { "disable-party", { { "party", UC_PARTY } } },
    SLOT(COM_CORRUPT_PARTY) = { "corrupt-party", { { "party", UC_PARTY } } },
    SLOT(COM_EFFECT) = { "effect", { { "operation", UC_CODE, operation_name }, { "peer", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
};
const UcMessageTable com_messages = { kinds, G_N_ELEMENTS(kinds) };

static const UcCall calls[] = { { "commit", COM_COMMIT }, { "open", COM_OPEN }, { NULL, 0 } };

static const char first_script[] =
    "  title    = \"TITLE\",\n"
    "  protocol = \"masked-texts\",\n"
    "  parties  = { \"alice\", \"bob\" },\n"
    "  expect   = \"indistinguishable\", -- or \"distinguished\", \"invariant broken: U2\", ...\n"
    "  -- storage = \"rollback\",        -- how stable storage may fail; 'ucsim list' names the models\n"
    "\n"
    "ENVIRONMENT"
    "  environment = function (z)\n"
    "    local receipt = z:commit(\"alice\", \"bob\", \"heads\")\n"
    "    assert(receipt.kind == \"receipt\" and receipt.from == \"alice\")\n"
    "    local opened = z:open(\"alice\", \"bob\")\n"
    "    assert(opened.kind == \"opened\" and opened.text == \"heads\")\n"
    "    assert(z:ask(\"replay\") == nil) -- the second delivery must change nothing\n"
    "  end,\n"
    "\n"
    "ADVERSARY"
    "\n"
    "  -- For 'ucsim explore': how many of each move to try, and the texts.\n"
    "  explore = { commit = 2, open = 1, deliver = 3, messages = { \"heads\", \"tails\" } },\n";

static const UcObject objects[] = { { "text", COM_OPENED, "text" } };
static const UcInput inputs[] = {
    { COM_COMMIT, .otherwise = 1, .sends = true, .argument = { { "to", .not_self = true }, { "text" } } },
    { COM_OPEN, .otherwise = 1, .sends = true, .argument = { { "to", .not_self = true } } },
};
static const UcInput says = { COM_RECEIPT };
static const UcAlphabet alphabet = { .object = objects, .objects = G_N_ELEMENTS(objects), .input = inputs,
                                     .inputs = G_N_ELEMENTS(inputs), .says = &says };

static const char *const parties[] = { "alice", "bob", "carol", NULL };

const UcInterface com_interface = {
    .name = "F_COM", .parties = parties, .messages = &com_messages, .calls = calls, .first_script = first_script, .alphabet = &alphabet,
    .rules = com_rules, .watcher = com_watcher,
};
