// What the worker says becomes curves that the interface can draw: contiguous, one set a model, and what earlier
// branches had.
#include "experiment_parts.h"
#include "mem.h"
#include <math.h>
#include <string.h>

double run_mean_loss(const struct run_point *points, int64_t from, int64_t to) {
    double sum = 0, tokens = 0;
    for (int64_t k = from; k < to; k++) {
        sum += (double)points[k].loss * points[k].tokens;
        tokens += points[k].tokens;
    }
    return tokens > 0 ? sum / tokens : NAN;
}

// Room for one more of `size` bytes each; count and room as they are in the list.
static bool grow(void **items, int64_t count, int64_t *room, size_t size) {
    if (count < *room) return true;
    int64_t larger = *room > 0 ? 2 * *room : 64;
    void *grown = mem_grow(*items, (size_t)*room * size, (size_t)larger * size);
    if (!grown) return false;
    *items = grown;
    *room = larger;
    return true;
}

bool point_add(struct point_list *list, const struct run_point *point) {
    if (!grow((void **)&list->items, list->count, &list->room, sizeof *list->items)) return false;
    list->items[list->count++] = *point;
    return true;
}

bool news_add(struct news_list *list, const struct news *news) {
    int64_t room = (int64_t)list->room;
    if (!grow((void **)&list->items, (int64_t)list->count, &room, sizeof *list->items)) return false;
    list->room = (size_t)room;
    list->items[list->count++] = *news;
    return true;
}

void news_release(struct news_list *list, size_t from) {
    for (size_t i = from; i < list->count; i++)
        if (list->items[i].kind == NEWS_CHECK) run_check_free(list->items[i].check);
    mem_free(list->items);
    *list = (struct news_list){0};
}

static bool take_check(struct curve *curve, const struct run_check *check) {
    int64_t room = curve->check_room;
    if (!grow((void **)&curve->checks, curve->check_count, &room, sizeof *curve->checks)) return false;
    curve->check_room = (int)room;
    struct run_check *to = &curve->checks[curve->check_count];
    *to = *check;
    int64_t before = curve->check_count > 0 ? to[-1].update : 0;
    to->train_loss = run_mean_loss(curve->points.items, before, check->update);
    curve->check_count++;
    return true;
}

static void release_branch(struct run_branch *branch) {
    for (int i = 0; i < branch->check_count; i++)
        run_check_release((struct run_check *)&branch->checks[i]);
    mem_free((void *)branch->points);
    mem_free((void *)branch->checks);
}

// What a curve has after `from`, copied; the curve stays as it is.
static bool copy_tail(const struct curve *curve, int64_t from, struct run_branch *out) {
    int first = curve->check_count;
    while (first > 0 && curve->checks[first - 1].update > from)
        first--;
    *out = (struct run_branch){
        .from = from, .point_count = curve->points.count - from, .check_count = curve->check_count - first};
    size_t points = (size_t)out->point_count, checks = (size_t)out->check_count;
    struct run_point *p = mem_array(points, sizeof *p);
    struct run_check *c = mem_array(checks, sizeof *c);
    if (p && c) {
        if (points > 0) memcpy(p, curve->points.items + from, points * sizeof *p);
        if (checks > 0) memcpy(c, curve->checks + first, checks * sizeof *c);
        out->points = p;
        out->checks = c;
        return true;
    }
    mem_free(p);
    mem_free(c);
    return false;
}

// All models begin a new branch, or none where memory is short.
static bool take_branch(struct experiment *e, int64_t from) {
    struct run_branch tails[EXPERIMENT_MODELS], *older[EXPERIMENT_MODELS] = {NULL};
    size_t count = (size_t)e->look.branch, each = sizeof **older;
    int models = e->plan.models, done = 0;
    for (; done < models; done++) {
        if (!copy_tail(&e->curve[done], from, &tails[done])) break;
        if ((older[done] = mem_array(count + 1, each))) continue;
        tails[done].check_count = 0; // the curve has them still
        release_branch(&tails[done]);
        break;
    }
    for (int k = 0; k < done; k++) {
        struct curve *curve = &e->curve[k];
        if (done < models) {
            tails[k].check_count = 0;
            release_branch(&tails[k]);
            mem_free(older[k]);
            continue;
        }
        if (count > 0) memcpy(older[k], curve->older, count * each);
        older[k][count] = tails[k];
        mem_free(curve->older);
        curve->older = older[k];
        curve->points.count = from;
        curve->check_count -= tails[k].check_count;
    }
    if (done < models) return false;
    e->look.branch++;
    e->look.branches++;
    return true;
}

static bool take(struct experiment *e, struct news *news) {
    switch (news->kind) {
    case NEWS_POINT:
        return point_add(&e->curve[news->k].points, &news->point);
    case NEWS_BRANCH:
        return take_branch(e, news->from);
    case NEWS_CHECK:
        break;
    }
    if (!take_check(&e->curve[news->k], news->check)) return false;
    mem_free(news->check);
    return true;
}

bool curves_take(struct experiment *e) {
    while (e->taken_done < e->taken.count) {
        if (!take(e, &e->taken.items[e->taken_done])) return false;
        e->taken_done++;
    }
    e->taken_done = e->taken.count = 0;
    return true;
}

bool curves_start(struct experiment *e, const struct run_start *start) {
    bool good = true;
    for (int k = 0; k < e->plan.models; k++) {
        for (int64_t i = 0; good && i < start->update; i++)
            good = point_add(&e->curve[k].points, &start->run[k].points[i]);
        for (int i = 0; i < start->run[k].check_count; i++) {
            struct run_check check = start->run[k].checks[i];
            if (!good || !(good = take_check(&e->curve[k], &check))) run_check_release(&check);
        }
    }
    return good;
}

void curves_release(struct experiment *e) {
    for (int k = 0; k < e->plan.models; k++) {
        struct curve *curve = &e->curve[k];
        for (int i = 0; i < e->look.branch; i++)
            release_branch(&curve->older[i]);
        for (int i = 0; i < curve->check_count; i++)
            run_check_release(&curve->checks[i]);
        mem_free(curve->points.items);
        mem_free(curve->checks);
        mem_free(curve->older);
    }
}
