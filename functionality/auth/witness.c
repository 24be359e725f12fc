/* How logs are held against F_AUTH (simulator/triple/witness.h). */
#include <string.h>

#include "functionality/auth/f_auth.h"

static void *setup_new(const UcSessionPlan *plan, char **wrong) { return auth_interface.setup_new(plan, wrong); }

/* A text that no log shows is one that nobody else sent. */
static void prepare(void *setup, UcStore *store, UcLogged *event, size_t events, const bool *untrusted)
{
    for (size_t i = 0; i < events; i++) {
        UcLogged *e = &event[i];
        g_autofree char *text = g_strdup_printf("text %" G_GSIZE_FORMAT " of the log, not shown", i);
        if (e->has_in && e->in_missing & 2)
            e->in.w[1] = uc_store_text(store, text);
        e->never = (e->has_in && e->in_missing & 1) || (e->has_out && e->out_missing && e->out.kind == AUTH_RECEIVED);
    }
}

static unsigned ways(const void *setup, UcCtx *look, const UcLogged *e, UcWay way[UC_WAYS])
{
    const UcWord from = e->out.w[0], text = e->out.w[1];
    memset(way, 0, UC_WAYS * sizeof *way);
    if (e->has_in) {
        UcMessage answer = { AUTH_ANSWER, { UC_PROCEED } };
        way[0].steps = 1;
        way[0].step[0] = (UcWayStep){ .input = true, .says = e->has_out ? (UcMessage){ 0 } : answer };
        way[1].fault = true;
        way[1].what = "had no effect: the party was down, or went down before it was written";
        return e->has_out ? 1 : 2;
    }
    if (e->out.kind != AUTH_RECEIVED)
        return 0;
    UcMessage allow = { AUTH_ALLOW, { from, e->party, f_auth_next(look, from, e->party, text), UC_PROCEED } };
    UcMessage inject = { AUTH_INJECT, { from, e->party, text, UC_PROCEED } };
    way[0] = (UcWay){ .steps = 1, .step = { { .order = UC_M_DELIVER, .says = allow } } };
    way[1] = (UcWay){ .steps = 1, .step = { { .order = UC_M_DELIVER, .says = inject } }, .what = "made by a party that is not trusted" };
    return 2;
}

static UcMessage corrupt(UcWord party) { return (UcMessage){ AUTH_CORRUPT_PARTY, { party } }; }

const UcWitness auth_witness = { .setup_new = setup_new, .setup_free = g_free, .prepare = prepare, .ways = ways, .corrupt = corrupt };
