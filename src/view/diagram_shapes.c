#include "diagram_shapes.h"
#include <math.h>

enum { CURVE_POINTS = 24 };

void shape_trapezoid(struct draw_list *list, rect r, float slant) {
    draw_path_move(list, r.x, r.y + r.h);
    draw_path_line(list, r.x + slant, r.y);
    draw_path_line(list, r.x + r.w - slant, r.y);
    draw_path_line(list, r.x + r.w, r.y + r.h);
}

void shape_rounded(struct draw_list *list, rect r, float radius) {
    float right = r.x + r.w, bottom = r.y + r.h,
          k = radius * 0.4477f; // distance of the control points from the corner
    draw_path_move(list, r.x + radius, r.y);
    draw_path_line(list, right - radius, r.y);
    draw_path_cubic(list, right - k, r.y, right, r.y + k, right, r.y + radius);
    draw_path_line(list, right, bottom - radius);
    draw_path_cubic(list, right, bottom - k, right - k, bottom, right - radius, bottom);
    draw_path_line(list, r.x + radius, bottom);
    draw_path_cubic(list, r.x + k, bottom, r.x, bottom - k, r.x, bottom - radius);
    draw_path_line(list, r.x, r.y + radius);
    draw_path_cubic(list, r.x, r.y + k, r.x + k, r.y, r.x + radius, r.y);
}

void shape_curve(struct draw_list *list, point c, point half, enum cell_op op, color base, color ink, float base_width,
                 float width) {
    float y = op == OP_SIGMOID ? c.y + half.y : c.y;
    draw_path_move(list, c.x - half.x, y);
    draw_path_line(list, c.x + half.x, y);
    draw_path_stroke(list, base, base_width, false, false);
    for (int i = 0; i <= CURVE_POINTS; i++) {
        float u = -1 + 2 * (float)i / CURVE_POINTS;
        float v = op == OP_SIGMOID ? 2 / (1 + expf(-5 * u)) - 1 : op == OP_RELU ? fmaxf(0, u) : tanhf(2.8f * u);
        if (i == 0)
            draw_path_move(list, c.x + u * half.x, c.y - v * half.y);
        else
            draw_path_line(list, c.x + u * half.x, c.y - v * half.y);
    }
    draw_path_stroke(list, ink, width, false, true);
}

static void spoke(struct draw_list *list, point c, float arm, float degrees, color ink, float width) {
    float a = degrees * (float)M_PI / 180, x = arm * cosf(a), y = arm * sinf(a);
    draw_path_move(list, c.x - x, c.y - y);
    draw_path_line(list, c.x + x, c.y + y);
    draw_path_stroke(list, ink, width, false, true);
}

void shape_operator(struct draw_list *list, point c, float arm, enum cell_op op, color ink, float width) {
    spoke(list, c, arm, 90, ink, width);
    spoke(list, c, arm, op == OP_ADD ? 0 : 30, ink, width);
    if (op == OP_MUL) spoke(list, c, arm, 150, ink, width);
}
