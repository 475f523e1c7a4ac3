#include "model_style.h"

static const struct {
    float dash, gap;    // 0: solid
    int corners;        // of the mark; 0: a circle
    float corner[4][2]; // in radii from its middle
} styles[MODEL_STYLES] = {
    {7, 5, 4, {{1, 1}, {-1, 1}, {-1, -1}, {1, -1}}},
    {0, 0, 0, {{0}}},
    {14, 4, 3, {{0, -1.25f}, {1.2f, 0.9f}, {-1.2f, 0.9f}}},
    {3, 3, 4, {{0, -1.4f}, {1.4f, 0}, {0, 1.4f}, {-1.4f, 0}}},
};

static int known(int model) {
    return model >= 0 && model < MODEL_STYLES ? model : 0;
}

color model_ink(const struct theme *theme, int model) {
    const color inks[MODEL_STYLES] = {theme->m_a, theme->m_b, theme->m_c, theme->m_d};
    return inks[known(model)];
}

void model_stroke_as(struct draw_list *list, int model, color ink, float width) {
    int k = known(model);
    if (styles[k].dash > 0)
        draw_path_stroke_dashed(list, ink, width, styles[k].dash, styles[k].gap);
    else
        draw_path_stroke(list, ink, width, false, true);
}

void model_stroke(struct draw_list *list, const struct theme *theme, int model, float width) {
    model_stroke_as(list, model, model_ink(theme, model), width);
}

void model_stroke_pale(struct draw_list *list, const struct theme *theme, int model) {
    model_stroke_as(list, model, color_mix(model_ink(theme, model), theme->panel, 0.35f), 1.25f);
}

static void outline(struct draw_list *list, int k, point at, float radius) {
    for (int i = 0; i < styles[k].corners; i++) {
        float x = at.x + radius * styles[k].corner[i][0], y = at.y + radius * styles[k].corner[i][1];
        (i == 0 ? draw_path_move : draw_path_line)(list, x, y);
    }
}

void model_mark(struct draw_list *list, const struct theme *theme, int model, point at, float radius) {
    int k = known(model);
    color ink = model_ink(theme, model);
    if (styles[k].corners == 0) {
        draw_circle(list, at, radius + 1, ink);
        draw_circle(list, at, radius - 1.25f, theme->panel);
        return;
    }
    outline(list, k, at, radius);
    draw_path_fill(list, theme->panel);
    outline(list, k, at, radius);
    draw_path_stroke(list, ink, 2.25f, true, false);
}

void model_mark_full(struct draw_list *list, const struct theme *theme, int model, point at, float radius) {
    int k = known(model);
    for (int inner = 0; inner < 2; inner++) {
        color ink = inner ? model_ink(theme, model) : theme->panel;
        float r = radius + (inner ? -1 : 1);
        if (styles[k].corners == 0) {
            draw_circle(list, at, r, ink);
            continue;
        }
        outline(list, k, at, r);
        draw_path_fill(list, ink);
    }
}

void model_sample(struct draw_list *list, const struct theme *theme, int model, float x, float y) {
    draw_path_move(list, x, y);
    draw_path_line(list, x + MODEL_SAMPLE, y);
    model_stroke(list, theme, model, 2.75f);
    model_mark(list, theme, model, (point){x + MODEL_SAMPLE / 2.0f, y}, 4);
}
