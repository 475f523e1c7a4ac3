// The cards of the train page over models that were really trained: every number is that of the measures, of the
// parameters or of the update; by pointer and by keyboard alone; nothing leaves its card.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "train_scene.h"
#include <string.h>

typedef void card_fn(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards);
static card_fn *const all_cards[] = {train_gradients_card, train_gates_card, train_weights_card};
enum { CARDS = 3, MARGIN = 20 };

struct world {
    struct train_scene scene;
    struct capture *capture;
    struct draw_list list;
    struct ui ui;
    double now;
    float width, height;
    card_fn *card;
};

static void world_open(struct world *w, const struct train_scene_model *models, int count, int T, int updates) {
    struct err err = {0};
    *w = (struct world){.width = 1060, .height = 235, .now = 1, .card = train_gradients_card};
    train_scene_init(&w->scene, models, count, T, updates);
    w->capture = capture_new(1, &err);
    draw_init(&w->list, capture_fonts(w->capture));
    ui_init(&w->ui);
}

static void world_close(struct world *w) {
    ui_release(&w->ui);
    draw_release(&w->list);
    capture_free(w->capture);
    train_scene_release(&w->scene);
}

static void frame(struct world *w, struct input_event event) {
    draw_begin(&w->list, w->width + 2 * MARGIN, w->height + 2 * MARGIN, 1);
    if (event.kind != INPUT_NONE) ui_push_event(&w->ui, &event);
    ui_begin(&w->ui, &w->list, theme_get(THEME_LIGHT), w->now);
    w->card(&w->ui, (rect){MARGIN, MARGIN, w->width, w->height}, &w->scene.look, &w->scene.cards);
    ui_end(&w->ui);
    w->now += 0.02;
}

static void still(struct world *w) {
    frame(w, (struct input_event){.kind = INPUT_NONE});
}

static void move(struct world *w, float x, float y) {
    frame(w, (struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
    still(w);
}

static void click(struct world *w, float x, float y) {
    move(w, x, y);
    frame(w, (struct input_event){.kind = INPUT_PRESS, .at = {x, y}, .button = 1, .clicks = 1});
    frame(w, (struct input_event){.kind = INPUT_RELEASE, .at = {x, y}, .button = 1, .clicks = 1});
    still(w);
}

static void key(struct world *w, int code) {
    frame(w, (struct input_event){.kind = INPUT_KEY, .key = code});
    still(w);
}

static const char *text_of_command(const struct world *w, const struct draw_command *c) {
    static char text[512];
    snprintf(text, sizeof text, "%.*s", c->text_length, w->list.texts + c->text);
    return text;
}

// The rectangle of the first text that is exactly this; fails where there is none.
static rect find_text(const struct world *w, const char *text) {
    for (int i = 0; i < w->list.count; i++)
        if (w->list.commands[i].op == DRAW_TEXT && strcmp(text_of_command(w, &w->list.commands[i]), text) == 0)
            return w->list.commands[i].rect;
    fail_msg("no text \"%s\"", text);
    return (rect){0};
}

static bool has_text(const struct world *w, const char *text) {
    for (int i = 0; i < w->list.count; i++)
        if (w->list.commands[i].op == DRAW_TEXT && strcmp(text_of_command(w, &w->list.commands[i]), text) == 0)
            return true;
    return false;
}

// --- what a number must be, from its name ---

static const struct measures *measures_at(const struct world *w, int model, int update) {
    for (int i = 0; i < w->scene.series[model].check_count; i++)
        if (w->scene.checks[model][i].update == update) return w->scene.checks[model][i].measures;
    fail_msg("model %d has no checkpoint at update %d", model, update);
    return NULL;
}

static double measured(const struct measures *m, const char *rest, int row) {
    struct measured_at at = {0};
    char slot[32], what[32];
    int used;
    if (strncmp(rest, "encoder/", 8) == 0) {
        at.encoder = true;
        rest += 8;
    }
    assert_int_equal(sscanf(rest, "l%d%n", &at.layer, &used), 1);
    rest += used;
    if (strncmp(rest, "_reverse", 8) == 0) {
        at.direction = 1;
        rest += 8;
    }
    assert_int_equal(sscanf(rest, "/%31[^/]/%31s", slot, what), 2);
    const struct cell_desc *cell = net_cell(&m->spec);
    if (strcmp(what, "radius") == 0) {
        for (int b = 0; b < cell->block_count; b++)
            if (strcmp(cell->blocks[b].id, slot + 2) == 0) return measures_matrix(m, at, b)->radius;
        fail_msg("no block %s", slot);
    }
    int index = cell_slot_by_id(cell, slot);
    assert_true(index >= 0);
    if (strcmp(what, "all") == 0 || strcmp(what, "last") == 0) {
        const struct measured_gradient *gradient = measures_gradient(m, at, cell_state_index(cell, index));
        assert_true(row >= 0 && row < gradient->T);
        return *what == 'a' ? gradient->all[row] : gradient->last[row];
    }
    const struct measured_slot *found = measures_slot(m, at, index);
    if (strcmp(what, "low") == 0) return 100 * found->low;
    if (strcmp(what, "high") == 0) return 100 * found->high;
    assert_string_equal(what, "dead");
    return found->dead;
}

static double expected(const struct world *w, const struct source *source) {
    int model, used;
    if (sscanf(source->tensor, "measure/m%d/%n", &model, &used) == 1)
        return measured(measures_at(w, model, source->column), source->tensor + used, source->row);
    if (sscanf(source->tensor, "update/m%d/%n", &model, &used) == 1) {
        assert_string_equal(source->tensor + used, "clip_scale");
        assert_int_equal(source->column, w->scene.look.update);
        return w->scene.series[model].clip_scale;
    }
    if (sscanf(source->tensor, "param/m%d/%n", &model, &used) == 1) {
        const struct layout *layout = &w->scene.models[model].layout;
        const struct param *p = &layout->params[layout_find(layout, source->tensor + used)];
        assert_true(source->row < p->out && source->column < p->in);
        return (double)w->scene.models[model]
            .params[p->offset + (size_t)source->column * (size_t)p->out + (size_t)source->row];
    }
    fail_msg("unknown source %s", source->tensor);
    return NAN;
}

// Every number on screen, and that its text says it. Returns how many there are.
static int check_numbers(const struct world *w) {
    int count = 0;
    for (int i = 0; i < w->list.count; i++) {
        const struct draw_command *c = &w->list.commands[i];
        if (c->op != DRAW_TEXT || c->source < 0) continue;
        const struct source *source = &w->list.sources[c->source];
        double value = expected(w, source);
        if (source->value != value && !(isnan(value) && isnan(source->value)))
            fail_msg("%s is %g, expected %g", source->tensor, source->value, value);
        char text[64];
        bool same = false;
        for (int digits = -3; digits <= 4 && !same; digits++)
            for (int plus = 0; plus < 2; plus++) {
                format_value(text, sizeof text, value, digits, plus);
                same = same || strcmp(text, text_of_command(w, c)) == 0;
            }
        if (!same) fail_msg("%s is %g, written \"%s\"", source->tensor, value, text_of_command(w, c));
        count++;
    }
    return count;
}

// What is not clipped away stays in the card.
static void check_inside(const struct world *w) {
    for (int i = 0; i < w->list.count; i++) {
        const struct draw_command *c = &w->list.commands[i];
        if (c->op == DRAW_CLIP && c->rect.h < w->list.bounds.h) return; // scrolled
        if (c->op != DRAW_TEXT) continue;
        if (c->rect.x < MARGIN - 1 || c->rect.x + c->rect.w > MARGIN + w->width + 8 ||
            c->rect.y > MARGIN + w->height + 1)
            fail_msg("\"%s\" leaves the card %g x %g", text_of_command(w, c), (double)w->width, (double)w->height);
    }
}

static const struct train_scene_model four[] = {
    {.name = "RNN", .spec = {.cell = CELL_RNN, .hidden = 6, .layers = 1, .directions = 1}},
    {.name = "LSTM", .spec = {.cell = CELL_LSTM, .hidden = 5, .layers = 2, .directions = 1}},
    {.name = "GRU", .spec = {.cell = CELL_GRU, .hidden = 4, .layers = 1, .directions = 2}},
    {.name = "A name of thirty-one characters",
     .spec = {.cell = CELL_LSTM_PEEPHOLE, .hidden = 3, .layers = 1, .directions = 1}}};

static void every_number(void **state) {
    (void)state;
    static const float sizes[][2] = {{1060, 235}, {1060, 150}, {700, 235}, {440, 300}};
    for (int count = 1; count <= 4; count++) {
        struct world w;
        world_open(&w, four, count, 12, 22);
        w.scene.series[0].clip_scale = 0.125;
        int found[CARDS] = {0};
        for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++)
            for (int c = 0; c < CARDS; c++)
                for (int variant = 0; variant < 8; variant++) {
                    w.width = sizes[size][0];
                    w.height = sizes[size][1];
                    w.card = all_cards[c];
                    w.scene.cards = (struct train_cards){
                        .last = variant & 1, .state = variant >> 1 & 1, .place = variant >> 1, .t = 1 + variant};
                    w.scene.look.update = variant < 4 ? 22 : 5;
                    if (variant < 4) w.scene.look.update = 22;
                    w.scene.look.notation = (enum notation)(variant % NOTATION_COUNT);
                    move(&w, MARGIN + 80 + 40 * (float)variant, MARGIN + 110);
                    found[c] += check_numbers(&w);
                    check_inside(&w);
                }
        assert_true(found[0] >= 32 * 3 * count && found[1] >= 32 * 3 && found[2] > 0);
        world_close(&w);
    }
}

static void every_cell(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int pair = 0; pair < 2; pair++) {
            struct world w;
            struct train_scene_model model = {
                .name = "it",
                .pair = pair,
                .spec = {.cell = (enum cell_id)cell, .hidden = 3, .layers = 2, .directions = 2}};
            world_open(&w, &model, 1, 6, 3);
            for (int place = 0; place < (pair ? 6 : 4); place++)
                for (int c = 0; c < CARDS; c++) {
                    w.card = all_cards[c];
                    w.scene.cards.place = place;
                    still(&w);
                    int found = check_numbers(&w);
                    assert_true(c == 2 || found >= 3);
                    assert_int_equal(w.scene.cards.place, place);
                    bool encoder = pair && place >= 2;
                    if (c == 2)
                        assert_int_equal(has_text(&w, "encoder, layer 2 of 2, left to right"), encoder && place == 2);
                }
            world_close(&w);
        }
}

// --- gradients ---

static double shown(const struct world *w, const char *name, int update) {
    for (int i = 0; i < w->list.source_count; i++)
        if (strcmp(w->list.sources[i].tensor, name) == 0 && w->list.sources[i].column == update)
            return w->list.sources[i].value;
    fail_msg("%s of update %d is not shown", name, update);
    return NAN;
}

static double shown_norm(const struct world *w, int model, int update) {
    char name[64];
    snprintf(name, sizeof name, "measure/m%d/l0/a/%s", model, w->scene.cards.last ? "last" : "all");
    return shown(w, name, update);
}

static void gradients_by_pointer(void **state) {
    (void)state;
    struct world w;
    world_open(&w, four, 2, 10, 22);
    still(&w);
    const struct measured_gradient *a = measures_gradient(measures_at(&w, 0, 22), (struct measured_at){0}, 0);
    assert_true(shown_norm(&w, 0, 22) == a->all[0] && shown_norm(&w, 0, 0) != shown_norm(&w, 0, 22));
    rect last = find_text(&w, "the last loss");
    click(&w, last.x + 10, last.y - 4);
    assert_true(w.scene.cards.last);
    assert_true(shown_norm(&w, 0, 22) == a->last[0] && a->last[0] != a->all[0]);
    // Under the pointer, and kept by a click.
    rect five = find_text(&w, "5");
    float x = five.x + five.w / 2, y = five.y - 60;
    move(&w, x, y);
    assert_true(shown_norm(&w, 0, 22) == a->last[4]);
    move(&w, MARGIN + 2, MARGIN + w.height - 2);
    assert_true(shown_norm(&w, 0, 22) == a->last[0]);
    click(&w, x, y);
    move(&w, MARGIN + 2, MARGIN + w.height - 2);
    assert_int_equal(w.scene.cards.t, 5);
    assert_true(shown_norm(&w, 0, 22) == a->last[4]);
    // Back at an update before: the checkpoint that came before it.
    w.scene.look.update = 7;
    still(&w);
    assert_true(shown_norm(&w, 0, 6) == measures_gradient(measures_at(&w, 0, 6), (struct measured_at){0}, 0)->last[4]);
    // Clipping.
    assert_true(has_text(&w, "no") && !has_text(&w, "× "));
    w.scene.series[1].clip_scale = 0.25;
    still(&w);
    assert_true(has_text(&w, "× ") && has_text(&w, "0.25"));
    w.scene.series[1].clip_scale = NAN;
    still(&w);
    assert_true(has_text(&w, "–"));
    world_close(&w);
}

static void gradients_by_keyboard(void **state) {
    (void)state;
    struct world w;
    world_open(&w, four, 2, 10, 3);
    still(&w);
    key(&w, KEY_TAB);
    key(&w, KEY_RIGHT);
    assert_true(w.scene.cards.last);
    key(&w, KEY_TAB);
    key(&w, KEY_RIGHT);
    assert_int_equal(w.scene.cards.state, 1); // of the LSTM; the RNN has one alone
    check_numbers(&w);
    key(&w, KEY_TAB); // the layer below, above
    key(&w, KEY_ENTER);
    assert_int_equal(w.scene.cards.place, 1);
    key(&w, KEY_TAB);
    key(&w, KEY_ENTER);
    assert_int_equal(w.scene.cards.place, 0);
    key(&w, KEY_TAB); // the chart
    static const struct {
        int key, t;
    } keys[] = {{KEY_RIGHT, 2}, {KEY_RIGHT, 3}, {KEY_LEFT, 2},       {KEY_END, 10},   {KEY_RIGHT, 10},
                {KEY_HOME, 1},  {KEY_LEFT, 1},  {KEY_PAGE_DOWN, 10}, {KEY_PAGE_UP, 1}};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        key(&w, keys[k].key);
        assert_int_equal(w.scene.cards.t, keys[k].t);
        char text[16];
        snprintf(text, sizeof text, "t = %d", keys[k].t);
        assert_true(has_text(&w, text));
    }
    world_close(&w);
}

// Lines in order: where norms are not finite they break, where they vanished they lie on the foot.
static void broken_norms(void **state) {
    (void)state;
    struct world w;
    world_open(&w, four, 1, 12, 3);
    struct measured_gradient *g = &w.scene.measures[0][w.scene.series[0].check_count - 1]->gradients[0];
    for (int t = 0; t < 4; t++)
        g->all[t] = 0;
    g->all[6] = NAN;
    g->all[8] = INFINITY;
    still(&w);
    check_numbers(&w);
    check_inside(&w);
    for (int t = 0; t < g->T; t++)
        g->all[t] = t == 0 ? NAN : 0;
    still(&w);
    check_numbers(&w);
    world_close(&w);
}

// --- gates ---

static void gates_over_updates(void **state) {
    (void)state;
    struct world w;
    world_open(&w, &four[3], 1, 10, 22);
    w.card = train_gates_card;
    w.scene.measures[0][2]->slots[0].low = 0.5; // of update 4: the first gate
    w.scene.measures[0][2]->slots[0].high = 0.25;
    still(&w);
    shown(&w, "measure/m0/l0/gate_f/low", 22);
    shown(&w, "measure/m0/l0/a/dead", 22);
    // The pointer on the strips reads the checkpoint under it: the strip goes from "update 22" to the card's end.
    rect strip = find_text(&w, "update 22");
    float end = MARGIN + w.width - 4;
    move(&w, strip.x + (end - strip.x) * 4 / 22, strip.y + 20);
    assert_true(shown(&w, "measure/m0/l0/gate_f/low", 4) == 50 && shown(&w, "measure/m0/l0/gate_f/high", 4) == 25);
    assert_true(has_text(&w, "update 4"));
    check_numbers(&w);
    move(&w, MARGIN, MARGIN);
    shown(&w, "measure/m0/l0/gate_f/low", 22);
    world_close(&w);
}

static void dead_units_are_counted(void **state) {
    (void)state;
    struct world w;
    world_open(&w, four, 1, 10, 0);
    struct measured_slot *a = &w.scene.measures[0][0]->slots[0];
    w.card = train_gates_card;
    still(&w);
    assert_true(has_text(&w, " of 6 units dead") && has_text(&w, "0"));
    a->dead = 4;
    still(&w);
    assert_true(has_text(&w, "4"));
    check_numbers(&w);
    a->dead = -1; // nothing can be said
    still(&w);
    assert_false(has_text(&w, " of 6 units dead"));
    world_close(&w);
}

// --- weights ---

static void weights_under_the_pointer(void **state) {
    (void)state;
    struct world w;
    world_open(&w, four, 2, 10, 22);
    w.card = train_weights_card;
    still(&w);
    assert_true(has_text(&w, "update 22, ±1") || has_text(&w, "update 22, ±2"));
    rect name = find_text(&w, "RNN");
    // The first tile of the first map: row 1, column 1 of W_aa.
    move(&w, MARGIN + 3, name.y + 17);
    assert_true(has_text(&w, "row 1, column 1"));
    assert_int_equal(check_numbers(&w), 1);
    assert_string_equal(w.list.sources[0].tensor, "param/m0/rnn.weight_hh_l0");
    // It moves with the parameters.
    double before = w.list.sources[0].value;
    const struct layout *layout = &w.scene.models[0].layout;
    w.scene.models[0].params[layout->params[layout_find(layout, "rnn.weight_hh_l0")].offset] += 0.25f;
    still(&w);
    assert_true(fabs(w.list.sources[0].value - before - 0.25) < 1e-6);
    // A model that is not there yet.
    w.scene.series[0].model = NULL;
    still(&w);
    assert_int_equal(check_numbers(&w), 0);
    assert_true(has_text(&w, "RNN") && has_text(&w, "LSTM"));
    world_close(&w);
}

static void nothing_measured(void **state) {
    (void)state;
    struct world w;
    world_open(&w, four, 2, 10, 3);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < w.scene.series[k].check_count; i++)
            w.scene.checks[k][i].measures = NULL;
    for (int c = 0; c < 2; c++) {
        w.card = all_cards[c];
        still(&w);
        assert_true(has_text(&w, "Measured at the first checkpoint."));
        assert_int_equal(check_numbers(&w), 0);
    }
    // One of the two.
    w.scene.checks[1][0].measures = w.scene.measures[1][0];
    for (int c = 0; c < 2; c++) {
        w.card = all_cards[c];
        still(&w);
        assert_true(check_numbers(&w) > 0);
    }
    w.scene.series[0].check_count = w.scene.series[1].check_count = 0;
    for (int c = 0; c < 2; c++) {
        w.card = all_cards[c];
        still(&w);
        assert_int_equal(check_numbers(&w), 0);
    }
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number),           cmocka_unit_test(every_cell),
        cmocka_unit_test(gradients_by_pointer),   cmocka_unit_test(gradients_by_keyboard),
        cmocka_unit_test(broken_norms),           cmocka_unit_test(gates_over_updates),
        cmocka_unit_test(dead_units_are_counted), cmocka_unit_test(weights_under_the_pointer),
        cmocka_unit_test(nothing_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
