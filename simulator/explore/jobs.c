/* Several threads: a crew that works together, step after step; and blocks in order for walks. */
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
    UcCrew *crew;
    GThread *thread;
    void *job;
} Member;

struct UcCrew {
    GMutex lock;
    GCond begin, end;
    void (*work)(void *job);
    uint64_t step;       /* how many were begun */
    unsigned jobs, busy;
    bool dismissed;
    Member member[];     /* 0: whoever calls */
};

static gpointer serve(gpointer data)
{
    Member *m = data;
    UcCrew *c = m->crew;
    uint64_t done = 0;
    g_mutex_lock(&c->lock);
    for (;;) {
        while (c->step == done && !c->dismissed)
            g_cond_wait(&c->begin, &c->lock);
        if (c->dismissed)
            break;
        done = c->step;
        g_mutex_unlock(&c->lock);
        c->work(m->job);
        g_mutex_lock(&c->lock);
        if (--c->busy == 0)
            g_cond_signal(&c->end);
    }
    g_mutex_unlock(&c->lock);
    return NULL;
}

UcCrew *uc_crew_new(void **job, unsigned jobs)
{
    g_assert(job && jobs >= 1);
    UcCrew *c = g_malloc0(sizeof(UcCrew) + jobs * sizeof(Member));
    c->jobs = jobs;
    g_mutex_init(&c->lock);
    g_cond_init(&c->begin);
    g_cond_init(&c->end);
    for (unsigned i = 0; i < jobs; i++)
        c->member[i] = (Member){ .crew = c, .job = job[i] };
    for (unsigned i = 1; i < c->jobs; i++) {
        c->member[i].thread = g_thread_try_new("explore", serve, &c->member[i], NULL);
        if (!c->member[i].thread)
            c->jobs = i; /* the machine gives no more: those that there are do the work */
    }
    return c;
}

void uc_crew_free(UcCrew *c)
{
    g_mutex_lock(&c->lock);
    c->dismissed = true;
    g_cond_broadcast(&c->begin);
    g_mutex_unlock(&c->lock);
    for (unsigned i = 1; i < c->jobs; i++)
        g_thread_join(c->member[i].thread);
    g_cond_clear(&c->begin);
    g_cond_clear(&c->end);
    g_mutex_clear(&c->lock);
    g_free(c);
}

void uc_crew_work(UcCrew *c, void (*work)(void *job), unsigned hands)
{
    g_assert(c && work);
    bool alone = c->jobs == 1 || hands <= 1;
    if (!alone) {
        g_mutex_lock(&c->lock);
        c->work = work;
        c->busy = c->jobs - 1;
        c->step++;
        g_cond_broadcast(&c->begin);
        g_mutex_unlock(&c->lock);
    }
    work(c->member[0].job);
    if (alone)
        return;
    g_mutex_lock(&c->lock);
    while (c->busy)
        g_cond_wait(&c->end, &c->lock);
    g_mutex_unlock(&c->lock);
}
