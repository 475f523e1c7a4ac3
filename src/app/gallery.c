#include "gallery.h"

#include "gallery_numbers.h"
#include "glossary_sheet.h"
#include "mem.h"
#include "str.h"
#include <stdio.h>
#include <string.h>

// --- what the lessons say ---

static void put(struct str *out, const char *text) {
    if (!text) return;
    str_put(out, text);
    str_put_char(out, ' ');
}

static const char *words_of(struct gallery *g, const struct lesson_part *part) {
    struct str all = {0};
    for (int k = 0; k < part->block_count; k++) {
        put(&all, part->blocks[k].text);
        put(&all, part->blocks[k].equation);
    }
    for (int k = 0; k < part->task_count; k++)
        put(&all, part->tasks[k].text);
    const char *kept = arena_text(&g->arena, str_text(&all), all.size);
    str_release(&all);
    return kept;
}

static void take(struct gallery *g, struct gallery_lesson *to, const struct lesson *lesson) {
    struct gallery_part *parts = arena_alloc(&g->arena, (size_t)lesson->part_count, sizeof *parts);
    for (int k = 0; k < lesson->part_count; k++) {
        const struct lesson_part *part = &lesson->parts[k];
        parts[k] = (struct gallery_part){arena_text(&g->arena, part->title, strlen(part->title)), words_of(g, part)};
    }
    to->parts = parts;
    to->part_count = lesson->part_count;
    if (lesson->part_count > 0) cell_by_name(lesson->parts[0].scene.cell, &to->cell);
}

static void forget(struct gallery *g) {
    mem_free(g->lessons);
    arena_release(&g->arena);
    arena_init(&g->arena);
}

static void read_shelf(struct app *app, struct gallery *g) {
    forget(g);
    g->count = app->shelf_count;
    g->lessons = mem_need((size_t)g->count + 1, sizeof *g->lessons);
    for (int k = 0; k < g->count; k++) {
        struct lesson *lesson = app->shelf[k].broken ? NULL : lesson_read(app->shelf[k].path, NULL);
        if (lesson) take(g, &g->lessons[k], lesson);
        lesson_free(lesson);
    }
}

// --- the numbers of the drawings ---

static void take_numbers(struct gallery *g) {
    g->numbers = job_take(g->job, NULL); // without them the drawings stay as they are
    g->job = NULL;
}

static void follow_numbers(struct app *app, struct gallery *g) {
    if (!g->asked) {
        struct setup setup = setup_default();
        g->asked = true;
        g->job = job_start(&setup, gallery_numbers_make, app_wake, app);
    }
    if (g->job && (app->waits || job_ready(g->job, NULL))) take_numbers(g);
}

struct gallery *gallery_of(struct app *app) {
    if (!app->gallery) {
        app->gallery = mem_need(1, sizeof *app->gallery);
        app->gallery->count = -1;
        arena_init(&app->gallery->arena);
    }
    struct gallery *g = app->gallery;
    if (g->count != app->shelf_count) read_shelf(app, g);
    follow_numbers(app, g);
    return g;
}

void gallery_free(struct gallery *g) {
    if (!g) return;
    if (g->job) {
        job_cancel(g->job);
        take_numbers(g);
    }
    forget(g);
    mem_free(g->numbers);
    mem_free(g);
}

bool gallery_busy(const struct gallery *g) {
    return g && g->job;
}

// --- progress ---

unsigned gallery_done(const struct app *app, int lesson) {
    const struct progress *kept = app_progress(app, app->shelf[lesson].id);
    int parts = app->gallery->lessons[lesson].part_count;
    unsigned all = parts < 32 ? (1u << parts) - 1 : ~0u;
    return kept ? kept->parts_done & all : 0;
}

bool gallery_is_done(const struct app *app, int lesson) {
    int parts = app->gallery->lessons[lesson].part_count;
    return parts > 0 && gallery_done(app, lesson) == (parts < 32 ? (1u << parts) - 1 : ~0u);
}

struct gallery_place gallery_next(struct app *app) {
    struct gallery_place place = {.lesson = -1};
    int last = app_last_lesson(app), first = -1;
    if (last >= 0 && !gallery_is_done(app, last)) {
        int part = app_progress(app, app->shelf[last].id)->part;
        return (struct gallery_place){last, part < app->gallery->lessons[last].part_count ? part : 0, true};
    }
    // The first one that is not done, of those behind the last one, else of all.
    for (int k = 0; k < app->shelf_count; k++) {
        if (app->shelf[k].broken) continue;
        if (first < 0) first = k;
        if (gallery_is_done(app, k)) continue;
        if (place.lesson < 0 || (place.lesson < last && k > last)) place.lesson = k;
    }
    if (place.lesson < 0) place.lesson = first;
    return place;
}

// --- search ---

// Every word of the search is in one of the texts.
static bool matches(const char *search, const char *const *texts, int count) {
    char word[64];
    for (const char *at = search; *(at += strspn(at, " "));) {
        size_t n = strcspn(at, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        bool found = false;
        for (int k = 0; k < count && !found; k++)
            found = texts[k] && strcasestr(texts[k], word);
        if (!found) return false;
        at += n;
    }
    return true;
}

static void add(struct gallery *g, struct gallery_hit hit) {
    if (g->hit_count < GALLERY_HITS) g->hits[g->hit_count++] = hit;
}

void gallery_search(struct app *app) {
    struct gallery *g = app->gallery;
    const struct glossary *glossary = app_glossary(app);
    g->hit_count = 0;
    g->row = 0;
    g->show = true;
    for (int k = 0; k < g->count; k++)
        if (matches(g->search, (const char *[]){app->shelf[k].title}, 1))
            add(g, (struct gallery_hit){HIT_LESSON, k, 0, NULL});
    for (int n = 0; glossary && n < glossary->count; n++) {
        const struct glossary_term *term = &glossary->terms[n];
        if (matches(g->search, (const char *[]){term->name, term->id, term->symbol}, 3))
            add(g, (struct gallery_hit){HIT_TERM, 0, 0, term});
    }
    // Parts by their title, then by what stands in them.
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < g->count; k++)
            for (int n = 0; n < g->lessons[k].part_count; n++) {
                const struct gallery_part *part = &g->lessons[k].parts[n];
                const char *const texts[] = {part->title, app->shelf[k].title, part->text};
                bool titled = matches(g->search, texts, 1);
                if (pass == 0 ? titled : !titled && matches(g->search, texts, 3))
                    add(g, (struct gallery_hit){HIT_PART, k, n, NULL});
            }
}
