// The stage, the narration and the timeline as draw lists: at the coordinates of the guide, for every step of
// both cells, at every size and length: nothing is cut, no two texts overlap, and every number is the core's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage_faults.h"

// --- what is looked for in a draw list ---

static bool near(float a, float b) {
    return fabsf(a - b) <= 1.01f;
}

static bool same_color(color a, color b) {
    return a.r == b.r && a.g == b.g && a.b == b.b;
}

static int count_boxes(const struct draw_list *list, rect r, float width) {
    int n = 0;
    for (int k = 0; k < list->count; k++) {
        const struct draw_command *c = &list->commands[k];
        if (c->op == DRAW_BOX && near(c->rect.x, r.x) && near(c->rect.y, r.y) && near(c->rect.w, r.w) &&
            near(c->rect.h, r.h) && near(c->width, width))
            n++;
    }
    return n;
}

static int count_colored(const struct draw_list *list, enum draw_op op, color ink) {
    int n = 0;
    for (int k = 0; k < list->count; k++)
        n += list->commands[k].op == op && same_color(list->commands[k].color, ink);
    return n;
}

static bool has_text(const struct draw_list *list, const char *text) {
    for (int k = 0; k < list->count; k++)
        if (list->commands[k].op == DRAW_TEXT && strcmp(list->texts + list->commands[k].text, text) == 0) return true;
    return false;
}

// --- tests ---

// mock-1: LSTM, 8 units, "troodon", the forget gate at t = 4; the coordinates are those of the design's
// source.
static void test_forward_as_drawn(void **state) {
    (void)state;
    struct fixture f;
    assert_true(fixture_open(&f, CELL_LSTM, 8, 1, "troodon", 0));
    fixture_size(&f, 1440, 900, 1);
    f.scene.position = script_find(f.script, STEP_PART, 0, 0, 3, 0);
    f.state.unit = 6;
    fixture_frame(&f);
    const struct theme *theme = f.ui.theme;
    const struct draw_list *list = &f.list;
    assert_int_equal(count_boxes(list, (rect){348 + 3 * 90, 268, 72, 266}, 2), 1); // the running box
    for (int t = 0; t < 3; t++)
        assert_int_equal(count_boxes(list, (rect){348 + 90.f * (float)t, 268, 72, 266}, 1), 1);
    for (int t = 4; t < 8; t++)
        assert_true(count_boxes(list, (rect){348 + 90.f * (float)t, 268, 72, 266}, 1) >= 1);
    assert_int_equal(count_boxes(list, (rect){348 + 3 * 90 + 4.5f + 48 - 1.5f, 342 - 14.5f, 10, 29}, 2),
                     1);                                           // unit 7
    assert_true(count_colored(list, DRAW_RECT, theme->hi) >= 3);   // the rings, the token
    assert_true(count_colored(list, DRAW_STROKE, theme->hi) >= 2); // the marker
    assert_true(has_text(list, "Forward pass"));
    assert_true(has_text(list, "one character per timestep"));
    assert_true(has_text(list, "t = 4"));
    assert_true(has_text(list, "Step 26 of 170") || f.script->count != 170);
    fixture_close(&f);
}

// mock-2: the sum of both sources of the memory's gradient at t = 2.
static void test_backward_as_drawn(void **state) {
    (void)state;
    struct fixture f;
    assert_true(fixture_open(&f, CELL_LSTM, 8, 1, "troodon", 0));
    fixture_size(&f, 1440, 900, 1);
    f.scene.position = script_find(f.script, STEP_SUM, 0, 0, 1, 1);
    fixture_frame(&f);
    const struct theme *theme = f.ui.theme;
    assert_true(has_text(&f.list, "Backward pass"));
    assert_true(has_text(&f.list, "from this step\u2019s loss"));
    assert_true(has_text(&f.list, "from the future"));
    assert_true(count_colored(&f.list, DRAW_STROKE, theme->grad) >= 7 + 6);   // risers and the circled plus
    assert_true(count_colored(&f.list, DRAW_STROKE, theme->grad_f) >= 2 * 6); // both lanes
    assert_true(count_colored(&f.list, DRAW_RECT, theme->gr_p) + count_colored(&f.list, DRAW_RECT, theme->gr_n) > 200);
    fixture_close(&f);
}

static void walk(enum cell_id cell, int layers) {
    struct fixture f;
    int faults = 0, checked = 0;
    assert_true(fixture_open(&f, cell, 5, layers, "troodon", 0));
    for (int p = 0; p <= f.script->count; p++) {
        if (p % 3 == 0) fixture_size(&f, p % 2 ? 1440 : 1280, p % 2 ? 900 : 720, 1);
        f.scene.position = p;
        f.scene.motion = p % 5 == 0 ? 0.6f : 1;
        f.state.unit = p % 6 - 1;
        f.theme = p % 2 ? THEME_LIGHT : THEME_DARK;
        f.state.notation = (enum notation)(p % NOTATION_COUNT);
        fixture_frame(&f);
        assert_true(finite_list(&f.list));
        faults += text_faults(&f) + source_faults(&f, &checked);
    }
    print_message("%s, %d layers: %d steps, %d numbers found in the record\n", record_cell(f.record)->name, layers,
                  f.script->count, checked);
    assert_true(checked > 300);
    assert_int_equal(faults, 0);
    fixture_close(&f);
}
static void test_walk_lstm(void **state) {
    (void)state;
    walk(CELL_LSTM, 1);
}
static void test_walk_rnn(void **state) {
    (void)state;
    walk(CELL_RNN, 1);
}
static void test_walk_others(void **state) {
    (void)state;
    for (int k = 0; k < CELL_COUNT; k++)
        if (k != CELL_RNN && k != CELL_LSTM) walk((enum cell_id)k, 1 + k % 2);
}
static void test_walk_layers(void **state) {
    (void)state;
    walk(CELL_LSTM, 2);
}

// Lengths and widths of every level of detail, at every window of the guide.
static void test_levels(void **state) {
    (void)state;
    static const int lengths[] = {1, 2, 8, 9, 14, 15, 20, 60, 100, 180, 200, 500};
    static const int units[] = {1, 8, 16, 33, 64, 200, 512};
    static const struct {
        float w, h, scale;
    } sizes[] = {{1024, 640, 1}, {1280, 720, 1}, {1280, 800, 1}, {1440, 900, 1}, {1536, 864, 1.25f}, {1440, 900, 2}};
    int faults = 0;
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        struct fixture f;
        int T = lengths[l];
        assert_true(fixture_open(&f, l % 3 == 2 ? CELL_RNN : CELL_LSTM, T > 100 ? 8 : units[l % 7], 1,
                                 "carcharodontosaurus", T));
        const int at[] = {0, f.script->phase_count[0] / 2, f.script->phase_first[1] + T / 2,
                          f.script->phase_first[2] + f.script->phase_count[2] / 2, f.script->count};
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            fixture_size(&f, sizes[k].w, sizes[k].h, sizes[k].scale);
            for (int i = 0; i < 5; i++) {
                f.scene.position = at[i];
                f.state.unit = i == 2 ? 0 : -1;
                fixture_frame(&f);
                assert_true(finite_list(&f.list));
                faults += text_faults(&f);
            }
        }
        fixture_close(&f);
    }
    assert_int_equal(faults, 0);
}

// A stage that is lower than the guide's least, as beside the gradient flow in a small window: nothing is
// cut.
static void test_low(void **state) {
    (void)state;
    int faults = 0;
    struct fixture f;
    assert_true(fixture_open(&f, CELL_LSTM, 8, 1, "troodon", 0));
    fixture_size(&f, 1280, 720, 1);
    for (float h = 290; h <= 520; h += 10)
        for (int p = 1; p <= f.script->count; p += 17) {
            if (h < 380 && p < f.script->phase_first[PHASE_BACKWARD])
                continue; // the flow is shown under gradients only
            f.scene.position = p;
            draw_begin(&f.list, f.width, f.height, 1);
            ui_begin(&f.ui, &f.list, theme_get(THEME_LIGHT), 1);
            view_stage(&f.ui, (rect){48, 48, 840, h}, &f.scene);
            ui_end(&f.ui);
            faults += text_faults(&f);
        }
    assert_int_equal(faults, 0);
    fixture_close(&f);
}

// Wide cells: 512 units at a full and a windowed length, and every count that changes the form of a strip.
static void test_units(void **state) {
    (void)state;
    static const int units[] = {1, 3, 8, 9, 16, 17, 32, 33, 64, 65, 256, 257, 512};
    int faults = 0;
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        struct fixture f;
        assert_true(fixture_open(&f, k % 2 ? CELL_RNN : CELL_LSTM, units[k], 1, "troodon", k == 12 ? 200 : 0));
        fixture_size(&f, 1440, 900, 1);
        const int at[] = {f.script->phase_count[0] / 2, f.script->phase_first[2] + f.script->phase_count[2] / 2};
        for (int i = 0; i < 2; i++) {
            f.scene.position = at[i];
            f.state.unit = units[k] - 1;
            fixture_frame(&f);
            assert_true(finite_list(&f.list));
            faults += text_faults(&f);
        }
        fixture_close(&f);
    }
    assert_int_equal(faults, 0);
    rect area = {10, 20, 63, 63};
    for (int n = 1; n <= 512; n++) // the unit drawn at a place is the unit found there
        for (int i = 0; i<n; i += n> 64 ? 7 : 1) {
            rect tile = strip_tile(area, n, i);
            struct strip_grid grid = strip_grid_for(area, n);
            assert_true(tile.x >= area.x - 0.01f && tile.x + tile.w <= area.x + area.w + 0.01f);
            assert_true(tile.y >= area.y - 0.01f && tile.y + tile.h <= area.y + area.h + 0.01f);
            assert_int_equal(strip_hit(area, n, (point){tile.x + tile.w / 2, tile.y + tile.h / 2}),
                             i / grid.merged * grid.merged);
        }
}

// A value that is to be predicted is not drawn anywhere on the stage.
static void test_hidden(void **state) {
    (void)state;
    struct fixture f;
    assert_true(fixture_open(&f, CELL_LSTM, 8, 1, "troodon", 0));
    fixture_size(&f, 1440, 900, 1);
    struct hidden_value hidden = {"forward/loss", 3, -1};
    f.scene.position = f.script->phase_first[PHASE_BACKWARD];
    f.state.backward_pinned = true;
    for (int figure = 0; figure < 2; figure++) {
        f.state.backward = figure;
        int drawn[2] = {0, 0};
        for (int on = 0; on < 2; on++) {
            f.scene.hidden = &hidden;
            f.scene.hidden_count = on;
            fixture_frame(&f);
            for (int k = 0; k < f.list.count; k++) {
                const struct draw_command *c = &f.list.commands[k];
                if (c->op != DRAW_TEXT || c->source < 0) continue;
                const struct source *source = &f.list.sources[c->source];
                drawn[on] += strcmp(source->tensor, "forward/loss") == 0 && source->row == 3 && c->rect.y < f.said.y;
            }
            if (on) assert_true(has_text(&f.list, "?"));
        }
        assert_int_equal(drawn[0], 1);
        assert_int_equal(drawn[1], 0);
    }
    fixture_close(&f);
}

// A gradient or value that is not a number is hatched, and nothing else breaks.
static void test_not_a_number(void **state) {
    (void)state;
    struct fixture f;
    assert_true(fixture_open(&f, CELL_LSTM, 4, 1, "troodon", 0));
    fixture_size(&f, 1440, 900, 1);
    fixture_frame(&f);
    draw_begin(&f.list, 200, 100, 1);
    const double values[4] = {NAN, 0.5, INFINITY, -0.5};
    for (int kind = STRIP_VALUE; kind <= STRIP_GRADIENT; kind++) {
        struct strip_style style = strip_style_default((enum strip_kind)kind, 7, 1, 26);
        strip_draw(&f.list, theme_get(THEME_LIGHT), 10, 10, values, 4, &style);
    }
    assert_true(finite_list(&f.list));
    assert_true(count_colored(&f.list, DRAW_BOX, theme_get(THEME_LIGHT)->err) == 6);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_as_drawn),
        cmocka_unit_test(test_backward_as_drawn),
        cmocka_unit_test(test_walk_lstm),
        cmocka_unit_test(test_walk_others),
        cmocka_unit_test(test_walk_rnn),
        cmocka_unit_test(test_walk_layers),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_low),
        cmocka_unit_test(test_hidden),
        cmocka_unit_test(test_not_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
