/* Several threads: blocks in order, and nothing else is shared by the strategies. */
#include "simulator/explore/search_internal.h"

void uc_ordered_init(UcOrdered *o, uint64_t blocks)
{
    *o = (UcOrdered){ .blocks = blocks };
    g_mutex_init(&o->lock);
    g_cond_init(&o->turned);
}

void uc_ordered_clear(UcOrdered *o)
{
    g_mutex_clear(&o->lock);
    g_cond_clear(&o->turned);
}

bool uc_ordered_take(UcOrdered *o, uint64_t *block)
{
    g_mutex_lock(&o->lock);
    bool any = !o->stopped && o->next < o->blocks;
    *block = any ? o->next++ : 0;
    g_mutex_unlock(&o->lock);
    return any;
}

bool uc_ordered_wait(UcOrdered *o, uint64_t block)
{
    g_mutex_lock(&o->lock);
    while (o->turn != block && !o->stopped)
        g_cond_wait(&o->turned, &o->lock);
    bool go_on = !o->stopped;
    g_mutex_unlock(&o->lock);
    return go_on;
}

void uc_ordered_done(UcOrdered *o, bool go_on)
{
    g_mutex_lock(&o->lock);
    o->turn++;
    o->stopped = o->stopped || !go_on;
    g_cond_broadcast(&o->turned);
    g_mutex_unlock(&o->lock);
}

typedef struct {
    void (*work)(void *job);
    void *job;
} Start;

static gpointer begin(gpointer data)
{
    Start *s = data;
    s->work(s->job);
    return NULL;
}

void uc_jobs_run(void (*work)(void *job), void **job, unsigned jobs)
{
    g_assert(work && job && jobs >= 1);
    g_autofree GThread **thread = g_new(GThread *, jobs);
    g_autofree Start *start = g_new(Start, jobs);
    for (unsigned i = 1; i < jobs; i++) {
        start[i] = (Start){ work, job[i] };
        thread[i] = g_thread_new("explore", begin, &start[i]);
    }
    work(job[0]);
    for (unsigned i = 1; i < jobs; i++)
        g_thread_join(thread[i]);
}
