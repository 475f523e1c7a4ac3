// The stage with every kind of network: layers over one another, both directions, one answer, encoder and decoder,
// embeddings, real numbers, every output; at every length, width and window nothing is cut, nothing overlaps, and every
// number is the core's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow.h"
#include "stage_faults.h"
#include <stdlib.h>

static const struct {
    float w, h, scale;
} windows[] = {{1024, 640, 1}, {1280, 720, 1}, {1280, 800, 1}, {1440, 900, 1}, {1536, 864, 1.25f}, {1440, 900, 2}};
enum { WINDOWS = sizeof windows / sizeof *windows };

static struct net_spec net(enum cell_id cell, int layers, int directions, int hidden) {
    return (struct net_spec){.cell = cell,
                             .kind = NET_MANY_TO_MANY,
                             .layers = layers,
                             .hidden = hidden,
                             .directions = directions,
                             .inputs = FIXTURE_SYMBOLS,
                             .outputs = FIXTURE_SYMBOLS};
}

static int look(struct fixture *f, int position, int window, int *checked) {
    f->scene.position = position;
    f->theme = position % 2 ? THEME_LIGHT : THEME_DARK;
    fixture_size(f, windows[window].w, windows[window].h, windows[window].scale);
    fixture_frame(f);
    assert_true(finite_list(&f->list));
    int faults = text_faults(f);
    return record_H(f->record) > 64 ? faults : faults + source_faults(f, checked); // a trace of many units is large
}

// Places of the walk: its start, every phase, its end, and some on the way.
static int walk(struct net_spec spec, int T, int stride, int *checked) {
    struct fixture f;
    int faults = 0;
    assert_true(fixture_open_net(&f, spec, "troodon", T));
    for (int p = 0, n = 0; p <= f.script->count; p += stride, n++) {
        f.state.unit = n % 4 == 3 ? 0 : -1;
        f.state.place_pinned = n % 5 == 4; // another layer than the running one
        f.state.layer = n % spec.layers;
        f.state.notation = (enum notation)(n % NOTATION_COUNT);
        int before = faults;
        faults += look(&f, p, n % WINDOWS, checked);
        if (faults > before)
            print_message("  %s, %d layers, %d directions, %d units, T = %d\n", record_cell(f.record)->name,
                          spec.layers, spec.directions, spec.hidden, record_T(f.record));
    }
    fixture_close(&f);
    return faults;
}

static void test_layers(void **state) {
    (void)state;
    static const enum cell_id cells[] = {CELL_LSTM, CELL_RNN, CELL_GRU};
    int faults = 0, checked = 0;
    for (int c = 0; c < 3; c++)
        for (int layers = 1; layers <= 8; layers *= 2)
            for (int directions = 1; directions <= 2; directions++)
                faults += walk(net(cells[c], layers, directions, 8), 0, 11 * layers, &checked);
    assert_int_equal(faults, 0);
    assert_true(checked > 100);
}

static void test_lengths(void **state) {
    (void)state;
    static const int lengths[] = {1, 8, 20, 60, 200};
    int faults = 0, checked = 0;
    for (int k = 0; k < 5; k++)
        for (int directions = 1; directions <= 2; directions++)
            faults += walk(net(CELL_LSTM, 4, directions, k == 4 ? 8 : 16), lengths[k],
                           23 + lengths[k] * 40 * directions, &checked);
    faults += walk(net(CELL_GRU, 1, 1, 8), 500, 5000, &checked);
    assert_int_equal(faults, 0);
    assert_true(checked > 20);
}

static void test_units(void **state) {
    (void)state;
    static const int units[] = {2, 16, 64, 512};
    int faults = 0, checked = 0;
    for (int k = 0; k < 4; k++)
        faults +=
            walk(net(k % 2 ? CELL_LSTM : CELL_RNN, 2, 1 + k / 2, units[k]), 8, units[k] > 100 ? 180 : 60, &checked);
    assert_int_equal(faults, 0);
    assert_true(checked > 100);
}

static void test_kinds(void **state) {
    (void)state;
    struct net_spec one = net(CELL_LSTM, 1, 2, 8), pair = net(CELL_GRU, 2, 2, 8), plain = net(CELL_LSTM, 1, 1, 8),
                    wave = plain, marks = plain, embedded = plain, first = plain;
    one.kind = NET_MANY_TO_ONE;
    pair.kind = plain.kind = NET_ENCODER_DECODER;
    pair.embed = 5;
    wave.real_input = true;
    wave.inputs = 2;
    wave.outputs = 1;
    wave.output = OUTPUT_LINEAR;
    marks.output = OUTPUT_SIGMOID;
    marks.outputs = FIXTURE_OUTPUTS;
    embedded.embed = 12;
    first.kind = NET_ONE_TO_MANY;
    const struct net_spec all[] = {one, pair, plain, wave, marks, embedded, first};
    static const int lengths[] = {0, 1, 12, 40};
    int faults = 0, checked = 0;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        for (int l = 0; l < 4; l++)
            faults += walk(all[k], lengths[l], 19 + 20 * lengths[l], &checked);
    assert_int_equal(faults, 0);
    assert_true(checked > 100);
}

static int count_colored(const struct draw_list *list, enum draw_op op, color ink) {
    int n = 0;
    for (int k = 0; k < list->count; k++)
        n += list->commands[k].op == op && list->commands[k].color.r == ink.r && list->commands[k].color.g == ink.g &&
             list->commands[k].color.b == ink.b;
    return n;
}

// The reverse direction walks from the right: its boxes are done there first, and the state comes in from there.
static void test_reverse(void **state) {
    (void)state;
    struct fixture f;
    assert_true(fixture_open_net(&f, net(CELL_LSTM, 1, 2, 8), "troodon", 0));
    fixture_size(&f, 1440, 900, 1);
    f.scene.position = script_find(f.script, STEP_INPUT, 0, 1, 4, -1);
    fixture_frame(&f);
    float left = 0, right = 0; // ends of the marker's wires: from t = 6 on the right into t = 5
    struct stage_columns columns = stage_columns_for(f.stage, &f.scene);
    for (int k = 0; k < f.list.count; k++) {
        const struct draw_command *c = &f.list.commands[k];
        color hi = f.ui.theme->hi;
        if (c->op != DRAW_STROKE || c->color.r != hi.r || c->color.g != hi.g || c->color.b != hi.b) continue;
        for (int i = 0; i < c->count; i++) {
            float x = f.list.points[c->first + i].x;
            left = left == 0 ? x : fminf(left, x);
            right = fmaxf(right, x);
        }
    }
    assert_true(left > stage_column_x(&columns, 3) + columns.width);
    assert_true(right >= stage_column_center(&columns, 5) - 1 && right < stage_column_x(&columns, 6));
    fixture_close(&f);
}

// Nothing comes out of an encoder: no prediction over its columns, and its sides are named.
static void test_sides(void **state) {
    (void)state;
    struct fixture f;
    struct net_spec spec = net(CELL_LSTM, 1, 1, 8);
    spec.kind = NET_ENCODER_DECODER;
    assert_true(fixture_open_net(&f, spec, "troo", 0));
    fixture_size(&f, 1440, 900, 1);
    f.scene.position = f.script->count;
    fixture_frame(&f);
    struct stage_columns columns = stage_columns_for(f.stage, &f.scene);
    int first = stage_column_of(&f.scene, false, 0), numbers = 0;
    assert_int_equal(first, record_T(record_side(f.record, true)));
    for (int k = 0; k < f.list.count; k++) {
        const struct draw_command *c = &f.list.commands[k];
        if (c->op != DRAW_TEXT || c->source < 0 || c->rect.y > f.said.y) continue;
        numbers++;
        assert_true(c->rect.x > stage_column_x(&columns, first) - 30);
    }
    assert_true(numbers >= 2 * record_T(record_side(f.record, false)));
    assert_true(count_colored(&f.list, DRAW_STROKE, f.ui.theme->grad_f) > 0);
    fixture_close(&f);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Over 32 units the rows that have no room for each of them show a band: its mark stands at the median.
static void test_band(void **state) {
    (void)state;
    enum { UNITS = 64 };
    struct fixture f;
    assert_true(fixture_open_net(&f, net(CELL_LSTM, 1, 1, UNITS), "troodon", 0));
    fixture_size(&f, 1440, 900, 1);
    f.scene.position = f.script->phase_first[PHASE_LOSS];
    fixture_frame(&f);
    struct stage_columns columns = stage_columns_for(f.stage, &f.scene);
    int gate = cell_slot_by_id(record_cell(f.record), "gate_f"), found = 0;
    for (int t = 0; t < record_T(f.record); t++) {
        double sorted[UNITS];
        memcpy(sorted, tape_value(f.record->tape, 0, 0, gate, t), sizeof sorted);
        qsort(sorted, UNITS, sizeof *sorted, by_value);
        float x = stage_column_x(&columns, t) + 4.5f + 63 * (float)sorted[(UNITS - 1) / 2] - 1;
        bool here = false;
        for (int k = 0; k < f.list.count; k++) {
            const struct draw_command *c = &f.list.commands[k];
            here |= c->op == DRAW_RECT && c->rect.w == 2 && c->rect.h == 14 && fabsf(c->rect.x - x) < 0.01f;
        }
        found += here;
    }
    assert_int_equal(found, record_T(f.record));
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers), cmocka_unit_test(test_lengths), cmocka_unit_test(test_units),
        cmocka_unit_test(test_kinds),  cmocka_unit_test(test_reverse), cmocka_unit_test(test_sides),
        cmocka_unit_test(test_band),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
