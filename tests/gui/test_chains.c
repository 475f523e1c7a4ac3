// The views of one chain of states with every kind of network: two directions, one answer, an encoder and its decoder.
// Every number is the analysis' own, and nothing leaves its place.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "gradients_view.h"
#include "jacobian_view.h"
#include "mem.h"
#include "views.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SOURCE_T = 6, DECODER_T = 9, IN = 5, OUT = 6, WIDTH = 1072, SIDE = 368, HEIGHT = 732 };

struct world {
    struct model model;
    struct record *record;
    struct insights *insights;
    struct capture *capture;
    struct draw_list list;
    struct ui ui;
    struct view_state state;
    struct scene scene;
    void *memory[VIEW_MAX];
};

static void world_open(struct world *w, struct net_spec spec) {
    static const int x[DECODER_T] = {1, 3, 0, 2, 4, 1, 1, 0, 2}, source_x[SOURCE_T] = {2, 1, 4, 0, 3, 3},
                     y[DECODER_T] = {5, -1, 2, 0, 1, 3, 4, 2, 0}, last[DECODER_T] = {-1, -1, -1, -1, -1, -1, -1, -1, 3};
    struct err err = {0};
    *w = (struct world){0};
    spec.inputs = IN;
    spec.outputs = OUT;
    if (!model_init(&w->model, &spec, &err)) fail_msg("%s", err.message);
    struct rng rng = rng_seed(5);
    model_randomise(&w->model, &rng, 1);
    struct example source = {.T = SOURCE_T, .x = source_x};
    struct example example = {.T = DECODER_T,
                              .x = x,
                              .target = net_one_answer(&spec) ? last : y,
                              .source = spec.kind == NET_ENCODER_DECODER ? &source : NULL};
    struct train_options options = train_options_default();
    w->record = record_new(&w->model, &example, NULL, 0, REDUCTION_SUM, &options, NULL, NULL, 1, &err);
    if (!w->record) fail_msg("%s", err.message);
    w->insights = insights_new();
    insights_about(w->insights, w->record);
    w->capture = capture_new(1, &err);
    draw_init(&w->list, capture_fonts(w->capture));
    ui_init(&w->ui);
    for (int k = 0; k < view_count(); k++)
        if (view_get(k)->memory > 0) w->memory[k] = mem_need(1, view_get(k)->memory);
    w->state = (struct view_state){.unit = 1, .t = -1, .hover_unit = -1, .hover_t = -1, .hover_slot = -1};
    w->scene =
        (struct scene){.record = w->record, .insights = w->insights, .motion = 1, .state = &w->state, .unit_word = "t"};
}

static void world_close(struct world *w) {
    for (int k = 0; k < view_count(); k++)
        mem_free(w->memory[k]);
    ui_release(&w->ui);
    draw_release(&w->list);
    capture_free(w->capture);
    insights_free(w->insights);
    record_free(w->record);
    model_release(&w->model);
}

static void frame(struct world *w, const char *view) {
    w->state.view = view_find(view);
    insights_frame(w->insights);
    draw_begin(&w->list, WIDTH + SIDE, HEIGHT, 1);
    ui_begin(&w->ui, &w->list, theme_get(THEME_LIGHT), 1);
    view_draw(&w->ui, (rect){0, 0, WIDTH, HEIGHT}, &w->scene, w->memory);
    view_draw_side(&w->ui, (rect){WIDTH, 0, SIDE, HEIGHT}, &w->scene, w->memory);
    ui_end(&w->ui);
}

// Norms by loss of the frame are those of the analysis, and every text stands inside the window.
static int check_frame(const struct world *w, const struct itemised *items, const char *where) {
    int norms = 0;
    for (int c = 0; c < w->list.count; c++) {
        const struct draw_command *at = &w->list.commands[c];
        if (at->op != DRAW_TEXT) continue;
        assert_true(isfinite(at->rect.x) && isfinite(at->rect.y));
        if (at->rect.x < -1 || at->rect.x + at->rect.w > WIDTH + SIDE + 1 || at->rect.y > HEIGHT)
            fail_msg("%s: \"%.*s\" at %g, %g", where, at->text_length, w->list.texts + at->text, (double)at->rect.x,
                     (double)at->rect.y);
        if (at->source < 0) continue;
        const struct source *source = &w->list.sources[at->source];
        for (int s = 0; items && s < items->states; s++) {
            if (strcmp(source->tensor, items->norm_name[s]) != 0) continue;
            assert_true(source->value == itemised_norm(items, s, source->row, source->column));
            norms++;
        }
    }
    return norms;
}

static void every_chain(struct net_spec spec, int chains) {
    struct world w;
    char where[64];
    world_open(&w, spec);
    const struct cell_desc *cell = record_cell(w.record);
    assert_int_equal(chain_count(w.record), chains);
    struct gradients_memory *gradients = w.memory[view_find("gradients")];
    struct jacobian_memory *jacobian = w.memory[view_find("jacobian")];
    int paths[CELL_MAX_SLOTS], path_count = path_list(cell, paths);
    for (int c = 0; c < chains; c++) {
        for (int path = 0; path < path_count; path++)
            for (int s = 0; s < cell->state_count; s++) {
                *gradients = (struct gradients_memory){.chain = c, .path = path, .state = s};
                w.state.t = path % 4;
                frame(&w, "gradients");
                snprintf(where, sizeof where, "%s, chain %d, path %d, state %d", cell->name, c, path, s);
                const struct itemised *items =
                    insights_itemised(w.insights, chain_get(w.record, c), paths[path])->itemised;
                assert_true(check_frame(&w, items, where) >= 3);
            }
        *jacobian = (struct jacobian_memory){.chain = c};
        frame(&w, "jacobian");
        check_frame(&w, NULL, cell->name);
        assert_true(jacobian->has_shown);
        // the later timestep of a backward direction is the earlier one
        bool backward = chain_get(w.record, c).direction == 1;
        assert_int_equal(jacobian->shown.from > jacobian->shown.to, backward);
        assert_non_null(insights_get(w.insights, &jacobian->shown)->jacobian);
    }
    world_close(&w);
}

static void kinds(void **state) {
    (void)state;
    every_chain(
        (struct net_spec){.cell = CELL_LSTM, .kind = NET_MANY_TO_MANY, .layers = 2, .hidden = 4, .directions = 2}, 4);
    every_chain(
        (struct net_spec){.cell = CELL_GRU, .kind = NET_MANY_TO_ONE, .layers = 1, .hidden = 40, .directions = 2}, 2);
    every_chain((struct net_spec){.cell = CELL_RNN, .kind = NET_MANY_TO_ONE, .layers = 4, .hidden = 3, .directions = 1},
                4);
    every_chain(
        (struct net_spec){
            .cell = CELL_LSTM_PEEPHOLE, .kind = NET_ENCODER_DECODER, .layers = 1, .hidden = 4, .directions = 1},
        2);
    every_chain(
        (struct net_spec){
            .cell = CELL_GRU_RESET_AFTER, .kind = NET_ENCODER_DECODER, .layers = 2, .hidden = 4, .directions = 2},
        6);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(kinds)};
    return cmocka_run_group_tests_name("chains", tests, NULL, NULL);
}
