#include "cell_view.h"
#include "diagram_shapes.h"
#include <math.h>

enum { ITEM = 30, BESIDE = 7, GAP = 24, GAP_LEAST = 14 };

enum key_kind { KEY_MAP, KEY_SIGMOID, KEY_TANH, KEY_RELU, KEY_STAR, KEY_PLUS, KEY_MINUS, KEY_CONCAT, KEY_COPY, KEYS };

static const struct {
    const char *name;
    enum cell_op op; // that makes it part of a cell; OP_COUNT: of every one
} keys[KEYS] = {
    [KEY_MAP] = {"linear map", OP_COUNT},
    [KEY_SIGMOID] = {"sigmoid", OP_SIGMOID},
    [KEY_TANH] = {"tanh", OP_TANH},
    [KEY_RELU] = {"ReLU", OP_RELU},
    [KEY_STAR] = {"elementwise product", OP_MUL},
    [KEY_PLUS] = {"sum", OP_ADD},
    [KEY_MINUS] = {"one minus", OP_ONE_MINUS},
    [KEY_CONCAT] = {"concatenate", OP_COUNT},
    [KEY_COPY] = {"copy", OP_COUNT},
};

static void stroke_line(struct draw_list *list, float x0, float y0, float x1, float y1, color ink, float width) {
    draw_path_move(list, x0, y0);
    draw_path_line(list, x1, y1);
    draw_path_stroke(list, ink, width, false, false);
}

static void draw_key(struct draw_list *list, const struct theme *theme, enum key_kind kind, point c) {
    const color ink = theme->ink1;
    const rect map = {c.x - 15, c.y - 9, 30, 18}, squasher = {c.x - 13, c.y - 10, 26, 20};
    switch (kind) {
    case KEY_MAP:
        shape_trapezoid(list, map, 5);
        draw_path_stroke(list, ink, 1.75f, true, true);
        break;
    case KEY_SIGMOID:
    case KEY_TANH:
    case KEY_RELU:
        shape_rounded(list, squasher, 5);
        draw_path_stroke(list, ink, 1.75f, true, true);
        shape_curve(list, c, (point){9, 6}, keys[kind].op, theme->line2, ink, 1, 1.6f);
        break;
    case KEY_STAR:
    case KEY_PLUS:
        draw_ring(list, c, 10.5f, ink, 1.75f);
        shape_operator(list, c, 5.5f, keys[kind].op, ink, 1.75f);
        break;
    case KEY_MINUS:
        draw_box(list, map, ink, 9, 1.75f);
        draw_text(list, c.x, c.y + 4.5f, "1−", (struct text_style){FONT_SANS_SEMIBOLD, 12, ink, ALIGN_CENTER});
        break;
    case KEY_CONCAT:
        draw_rect(list, (rect){c.x - 3, c.y - 12, 6, 24}, ink, 2);
        stroke_line(list, c.x - 14, c.y - 6, c.x - 3, c.y - 6, ink, 1.5f);
        stroke_line(list, c.x - 14, c.y + 6, c.x - 3, c.y + 6, ink, 1.5f);
        stroke_line(list, c.x + 3, c.y, c.x + 14, c.y, ink, 3);
        break;
    case KEY_COPY:
        stroke_line(list, c.x - 14, c.y, c.x + 14, c.y, ink, 1.5f);
        stroke_line(list, c.x, c.y, c.x, c.y - 11, ink, 1.5f);
        draw_circle(list, c, 4, ink);
        break;
    case KEYS:
        break;
    }
}

static bool is_in(const struct cell_desc *cell, enum key_kind kind) {
    if (keys[kind].op == OP_COUNT) return true;
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].op == keys[kind].op) return true;
    return false;
}

void cell_key(struct ui *ui, rect r, const struct cell_desc *cell) {
    struct text_style style = {FONT_SANS_MEDIUM, 13, ui->theme->ink2, ALIGN_LEFT};
    bool shown[KEYS];
    float width[2] = {0}; // of all parts, of those of this cell
    int count[2] = {0};
    for (int k = 0; k < KEYS; k++) {
        bool in = is_in(cell, (enum key_kind)k);
        shown[k] = in || k != KEY_RELU;
        for (int own = 0; own < 2; own++)
            if (own ? in : shown[k])
                width[own] += ITEM + BESIDE + text_width(ui->list, keys[k].name, style), count[own]++;
    }
    const float room = r.w - 48;
    int own = width[0] + GAP_LEAST * (float)(count[0] - 1) > room;
    // In a narrow stage smaller words, and in a still narrower one the signs alone would be riddles: two rows.
    float signs = (float)count[own] * (ITEM + BESIDE), gaps = GAP_LEAST * (float)(count[own] - 1);
    int rows = width[own] + gaps > room ? 2 : 1;
    if (rows == 2 && (room - signs - gaps) / (width[own] - signs) > 11.5f / 13) {
        style.size = 13 * (room - signs - gaps) / (width[own] - signs);
        rows = 1;
    }
    int a_row = (count[own] + rows - 1) / rows, placed = 0;
    float gap = rows == 1 ? fminf(GAP, fmaxf(GAP_LEAST, (room - width[own]) / (float)(count[own] - 1))) : GAP_LEAST;
    float x = r.x + 24, y = r.y + (rows == 1 ? 32 : 18);
    draw_hline(ui->list, r.x, r.x + r.w, r.y, ui->theme->line);
    for (int k = 0; k < KEYS; k++) {
        if (own ? !is_in(cell, (enum key_kind)k) : !shown[k]) continue;
        if (placed > 0 && placed % a_row == 0) x = r.x + 24, y += 28;
        placed++;
        draw_key(ui->list, ui->theme, (enum key_kind)k, (point){x + 14, y});
        x += ITEM + BESIDE;
        x += draw_text(ui->list, x, y + 4.5f, keys[k].name, style) + gap;
    }
}
