// Every registered cell has its diagram: coordinates for every vector, operation and part, inside the frame,
// apart from each other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diagram.h"
#include "diagram_table.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct diagram_node *find_node(const struct diagram_table *table, enum diagram_node_kind kind,
                                            const char *slot) {
    for (int i = 0; i < table->node_count; i++)
        if (table->nodes[i].kind == kind && table->nodes[i].slot && strcmp(table->nodes[i].slot, slot) == 0)
            return &table->nodes[i];
    return NULL;
}

static int count_markers(const struct diagram_table *table, const char *part) {
    int count = 0;
    for (int i = 0; i < table->marker_count; i++)
        count += strcmp(table->markers[i].part, part) == 0;
    return count;
}

static bool reads(const struct diagram_table *table, const char *part) {
    for (int i = 0; i < table->wire_count; i++) {
        char words[256];
        snprintf(words, sizeof words, "%s", table->wires[i].parts);
        for (char *rest = NULL, *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
            if (strcmp(word, part) == 0) return true;
    }
    return false;
}

#define each_cell(cell, table)                                                                                         \
    for (int id = 0; id < CELL_COUNT; id++)                                                                            \
        for (int act = 0; act < ACTIVATION_COUNT; act++)                                                               \
            for (const struct cell_desc *cell = cell_describe((enum cell_id)id, (enum activation)act); cell;           \
                 cell = NULL)                                                                                          \
                for (const struct diagram_table *table = diagram_table((enum cell_id)id); table; table = NULL)

static void every_cell_has_a_table(void **state) {
    (void)state;
    for (int id = 0; id < CELL_COUNT; id++)
        assert_true(diagram_has((enum cell_id)id));
    assert_false(diagram_has(CELL_COUNT));
}

static const struct cell_step *maker_of(const struct cell_desc *cell, int slot) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].out == slot) return &cell->steps[i];
    return NULL;
}

// A weighted sum that is a matrix's share and a diagonal's: the map of the block stands for all of it.
static bool is_inside_a_map(const struct cell_desc *cell, const struct cell_step *step) {
    if (step->op == OP_DIAGONAL) return true;
    if (step->op != OP_ADD) return false;
    const struct cell_step *a = maker_of(cell, step->in[0]), *b = maker_of(cell, step->in[1]);
    return a && b && a->op == OP_AFFINE && b->op == OP_DIAGONAL && a->block == b->block;
}

// The diagonal itself is a dotted wire that carries its operand to the map.
static bool has_dotted_wire(const struct cell_desc *cell, const struct diagram_table *table,
                            const struct cell_step *diagonal) {
    const struct diagram_node *map = NULL;
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].op == OP_AFFINE && cell->steps[i].block == diagonal->block)
            map = find_node(table, NODE_MAP, cell->slots[cell->steps[i].out].id);
    for (int i = 0; map && i < table->wire_count; i++) {
        const struct diagram_wire *wire = &table->wires[i];
        const point end = wire->at[diagram_points(wire->at, 5) - 1];
        if (wire->flags & WIRE_DOTTED && end.x == map->x && end.y == map->y &&
            cell_slot_by_id(cell, wire->slot) == diagonal->in[0])
            return true;
    }
    return false;
}

static void every_step_and_vector_has_coordinates(void **state) {
    (void)state;
    each_cell(cell, table) {
        for (int i = 0; i < cell->step_count; i++) {
            enum cell_op op = cell->steps[i].op;
            enum diagram_node_kind kind = op == OP_AFFINE                                      ? NODE_MAP
                                          : op == OP_SIGMOID || op == OP_TANH || op == OP_RELU ? NODE_SQUASHER
                                                                                               : NODE_OPERATOR;
            const char *slot = cell->slots[cell->steps[i].out].id;
            if (op == OP_DIAGONAL && !has_dotted_wire(cell, table, &cell->steps[i]))
                fail_msg("%s: no dotted wire for step %d (%s)", cell->name, i, slot);
            if (is_inside_a_map(cell, &cell->steps[i])) continue;
            if (!find_node(table, kind, slot)) fail_msg("%s: no coordinates for step %d (%s)", cell->name, i, slot);
        }
        for (int i = 0; i < cell->slot_count; i++) {
            enum slot_role role = cell->slots[i].role;
            const struct cell_step *maker = maker_of(cell, i);
            if (role == SLOT_INPUT || role == SLOT_PREACT || (maker && maker->op == OP_DIAGONAL)) continue;
            if (!find_node(table, NODE_STRIP, cell->slots[i].id))
                fail_msg("%s: no strip for %s", cell->name, cell->slots[i].id);
        }
    }
}

static void every_part_has_its_markers(void **state) {
    (void)state;
    each_cell(cell, table) {
        for (int i = 0; i < cell->part_count; i++) {
            if (!count_markers(table, cell->parts[i].id))
                fail_msg("%s: no marker for %s", cell->name, cell->parts[i].id);
            if (!reads(table, cell->parts[i].id)) fail_msg("%s: no wire leads to %s", cell->name, cell->parts[i].id);
        }
        assert_true(count_markers(table, "input") > 0);
        assert_true(count_markers(table, "output") > 0);
        assert_true(count_markers(table, "from_loss_0") > 0);
        assert_true(count_markers(table, "from_future_0") > 0);
        for (int k = 0; k < cell->state_count; k++) {
            char name[32];
            snprintf(name, sizeof name, "sum_%d", k);
            if (!count_markers(table, name)) fail_msg("%s: no marker for %s", cell->name, name);
        }
    }
}

static void every_name_is_known(void **state) {
    (void)state;
    each_cell(cell, table) {
        for (int i = 0; i < table->node_count; i++)
            if (table->nodes[i].slot) assert_true(cell_slot_by_id(cell, table->nodes[i].slot) >= 0);
        for (int i = 0; i < table->wire_count; i++) {
            char words[256];
            if (table->wires[i].slot) assert_true(cell_slot_by_id(cell, table->wires[i].slot) >= 0);
            snprintf(words, sizeof words, "%s", table->wires[i].parts);
            for (char *rest = NULL, *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
                if (cell_part_by_id(cell, word) < 0 && !count_markers(table, word)) fail_msg("unknown part %s", word);
        }
    }
}

static void everything_lies_in_the_frame(void **state) {
    (void)state;
    each_cell(cell, table) {
        for (int i = 0; i < table->node_count; i++) {
            const struct diagram_node *node = &table->nodes[i];
            assert_true(node->x > table->box.x && node->x < table->box.x + table->box.w);
            assert_true(node->y > table->box_top[0] && node->y < table->box.y + table->box.h);
        }
        for (int i = 0; i < table->wire_count; i++) {
            int n = diagram_points(table->wires[i].at, 5);
            assert_true(n >= 2);
            for (int k = 0; k < n; k++) {
                point p = table->wires[i].at[k];
                assert_true(p.x >= -20 && p.x <= table->width + 24 && p.y >= 0 && p.y <= table->height);
                // Horizontal and vertical only.
                if (k > 0) assert_true(p.x == table->wires[i].at[k - 1].x || p.y == table->wires[i].at[k - 1].y);
            }
        }
        // Parts stand apart: centres at least a strip's half height from each other, but for parts of one
        // column.
        for (int i = 0; i < table->node_count; i++)
            for (int k = 0; k < i; k++) {
                const struct diagram_node *a = &table->nodes[i], *b = &table->nodes[k];
                if (a->kind == NODE_COPY || b->kind == NODE_COPY || a->full_only || b->full_only) continue;
                assert_true(hypotf(a->x - b->x, a->y - b->y) > 50);
            }
    }
}

// Backward a copy on the lane is a circled plus: it lies neither under a strip nor under an operator. Sizes in pixels
// at the reference width of each level of detail (diagram_pen.c).
static void a_plus_on_the_lane_stands_clear(void **state) {
    (void)state;
    static const struct {
        float width, strip, op, plus;
    } details[] = {{956, 142, 14, 4.5f * 1.7f}, {316, 39, 8, 3 * 1.7f}};
    each_cell(cell, table) {
        for (int d = 0; d < 2; d++)
            for (int i = 0; i < table->node_count; i++)
                for (int k = 0; k < table->node_count; k++) {
                    const struct diagram_node *plus = &table->nodes[i], *other = &table->nodes[k];
                    bool strip = other->kind == NODE_STRIP;
                    if (plus->kind != NODE_COPY || table->lane <= 0 || plus->y != table->lane || other->y != plus->y ||
                        (!strip && other->kind != NODE_OPERATOR) || (d == 1 && other->full_only))
                        continue;
                    float unit = details[d].width / (d == 0 ? table->full_width : table->width);
                    float x = d == 0 && other->full_y > 0 ? other->full_x : other->x;
                    float apart = fabsf(x - plus->x) * unit, half = strip ? details[d].strip / 2 : details[d].op;
                    if (!(apart >= half + details[d].plus))
                        fail_msg("%s: the plus at %g touches %s", cell->name, (double)plus->x, other->slot);
                }
    }
}

static float plain_width(void *context, enum font font, float size, const char *text, size_t length) {
    (void)context, (void)font, (void)text;
    return size * 0.55f * (float)length;
}

static struct glyph_extent plain_extent(void *context, enum font font, float size, unsigned codepoint) {
    (void)context, (void)font, (void)codepoint;
    return (struct glyph_extent){size * 0.55f, 0, size * 0.5f, size * 0.7f, size * 0.2f};
}

static const struct font_source plain_fonts = {NULL, plain_width, plain_extent};

static void a_thumbnail_and_an_empty_figure_draw_inside_their_rectangle(void **state) {
    (void)state;
    struct draw_list list;
    draw_init(&list, &plain_fonts);
    for (int id = 0; id < CELL_COUNT; id++)
        for (int detail = DIAGRAM_FULL; detail <= DIAGRAM_THUMBNAIL; detail++) {
            rect r = {40, 30, detail == DIAGRAM_FULL ? 900 : 300, detail == DIAGRAM_FULL ? 520 : 190};
            draw_begin(&list, 1200, 800, 1);
            diagram_draw(&list, theme_get(THEME_LIGHT), r, (enum cell_id)id, (enum diagram_detail)detail, NULL);
            assert_true(list.count > 20);
            for (int i = 0; i < list.point_count; i++) {
                if (!(list.points[i].x == list.points[i].x)) continue; // NaN starts a new contour
                assert_true(list.points[i].x >= r.x - r.w * 0.04f && list.points[i].x <= r.x + r.w * 1.04f);
                assert_true(list.points[i].y >= r.y - 8 && list.points[i].y <= r.y + r.h + 8);
            }
            bool has_text = false;
            for (int i = 0; i < list.count; i++)
                has_text = has_text || list.commands[i].op == DRAW_TEXT;
            assert_int_equal(has_text, detail != DIAGRAM_THUMBNAIL);
        }
    draw_release(&list);
}

static void no_room_draws_nothing(void **state) {
    (void)state;
    struct draw_list list;
    draw_init(&list, &plain_fonts);
    draw_begin(&list, 100, 100, 1);
    diagram_draw(&list, theme_get(THEME_LIGHT), (rect){0, 0, 0, 10}, CELL_LSTM, DIAGRAM_INSPECTOR, NULL);
    assert_int_equal(list.count, 0);
    draw_release(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_has_a_table),
        cmocka_unit_test(every_step_and_vector_has_coordinates),
        cmocka_unit_test(every_part_has_its_markers),
        cmocka_unit_test(every_name_is_known),
        cmocka_unit_test(everything_lies_in_the_frame),
        cmocka_unit_test(a_plus_on_the_lane_stands_clear),
        cmocka_unit_test(a_thumbnail_and_an_empty_figure_draw_inside_their_rectangle),
        cmocka_unit_test(no_room_draws_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
