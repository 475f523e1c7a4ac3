#include "wire.h"
#include <math.h>

enum { WIRE_POINTS = 16 };

static float distance(point a, point b) {
    return hypotf(b.x - a.x, b.y - a.y);
}

static void rounded_path(struct draw_list *list, const point *p, int n, float radius) {
    draw_path_move(list, p[0].x, p[0].y);
    for (int i = 1; i < n - 1; i++) {
        float before = distance(p[i - 1], p[i]), after = distance(p[i], p[i + 1]);
        if (before <= 0 || after <= 0) continue;
        float r = fminf(radius, fminf(before, after) / 2);
        draw_path_line(list, p[i].x - (p[i].x - p[i - 1].x) / before * r, p[i].y - (p[i].y - p[i - 1].y) / before * r);
        draw_path_quad(list, p[i].x, p[i].y, p[i].x + (p[i + 1].x - p[i].x) / after * r,
                       p[i].y + (p[i + 1].y - p[i].y) / after * r);
    }
    draw_path_line(list, p[n - 1].x, p[n - 1].y);
}

void wire_head(struct draw_list *list, point tip, float dx, float dy, float size, color ink) {
    float length = hypotf(dx, dy);
    if (!(length > 0)) return;
    dx /= length;
    dy /= length;
    float back = size * 1.25f, half = size * 0.62f;
    draw_path_move(list, tip.x, tip.y);
    draw_path_line(list, tip.x - dx * back - dy * half, tip.y - dy * back + dx * half);
    draw_path_line(list, tip.x - dx * back + dy * half, tip.y - dy * back - dx * half);
    draw_path_fill(list, ink);
}

void wire_draw(struct draw_list *list, const point *points, int count, struct wire_style style) {
    if (count < 2 || count > WIRE_POINTS) return;
    float width = style.width > 0 ? style.width : 1.5f, corner = style.corner > 0 ? style.corner : 8;
    float head = style.head == 0 ? 4 + 1.6f * width : style.head;
    point p[WIRE_POINTS];
    for (int i = 0; i < count; i++)
        p[i] = points[i];
    point tip = p[count - 1];
    float dx = tip.x - p[count - 2].x, dy = tip.y - p[count - 2].y, length = hypotf(dx, dy);
    if (head > 0 && length > 0) {
        // The line ends inside the head, so that a thick line does not show at the tip.
        p[count - 1].x -= dx / length * fminf(length, head * 1.1f);
        p[count - 1].y -= dy / length * fminf(length, head * 1.1f);
    }
    rounded_path(list, p, count, corner);
    if (style.dash > 0)
        draw_path_stroke_dashed(list, style.ink, width, style.dash, style.gap);
    else
        draw_path_stroke(list, style.ink, width, false, false);
    if (head > 0) wire_head(list, tip, dx, dy, head, style.ink);
}

void wire_marker(struct draw_list *list, const point *points, int count, color ink, float width, float corner,
                 float part) {
    if (count < 2 || count > WIRE_POINTS || part <= 0) return;
    float total = 0;
    for (int i = 1; i < count; i++)
        total += distance(points[i - 1], points[i]);
    point p[WIRE_POINTS] = {points[0]};
    int n = 1;
    float left = total * fminf(part, 1);
    for (int i = 1; i < count && left > 0; i++) {
        float piece = distance(points[i - 1], points[i]), k = piece > left ? left / piece : 1;
        p[n++] = (point){points[i - 1].x + (points[i].x - points[i - 1].x) * k,
                         points[i - 1].y + (points[i].y - points[i - 1].y) * k};
        left -= piece;
    }
    if (n < 2) return;
    rounded_path(list, p, n, corner);
    draw_path_stroke(list, ink, width, false, true);
}

void wire_plus(struct draw_list *list, point center, float radius, color ink, color fill) {
    draw_circle(list, center, radius, fill);
    draw_ring(list, center, radius, ink, 2);
    draw_path_move(list, center.x - radius / 2, center.y);
    draw_path_line(list, center.x + radius / 2, center.y);
    draw_path_stroke(list, ink, 2, false, false);
    draw_path_move(list, center.x, center.y - radius / 2);
    draw_path_line(list, center.x, center.y + radius / 2);
    draw_path_stroke(list, ink, 2, false, false);
}
