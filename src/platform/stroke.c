#include "stroke.h"
#include "check.h"
#include "mem.h"
#include <math.h>

void stroke_release(struct stroke_scratch *scratch) {
    mem_free(scratch->points);
    *scratch = (struct stroke_scratch){0};
}

static void push(struct stroke_scratch *scratch, point p) {
    if (scratch->count == scratch->capacity) {
        int capacity = scratch->capacity ? scratch->capacity * 2 : 256;
        void *bigger = mem_grow(scratch->points, (size_t)scratch->capacity * sizeof p, (size_t)capacity * sizeof p);
        check(bigger, "no memory for a stroke of %d points", capacity);
        scratch->points = bigger;
        scratch->capacity = capacity;
    }
    scratch->points[scratch->count++] = p;
}

// A thousandth of a pixel has no direction: such neighbours are one point.
static bool same(point a, point b) {
    float x = a.x - b.x, y = a.y - b.y;
    return x * x + y * y < 1e-6f;
}

static void push_distinct(struct stroke_scratch *scratch, point p) {
    if (scratch->count == 0 || !same(scratch->points[scratch->count - 1], p)) push(scratch, p);
}

struct pen {
    struct cover *cover;
    float half;  // half the width
    double step; // radians a chord of a round join may span
};

static point offset(point p, point normal, float by) {
    return (point){p.x + normal.x * by, p.y + normal.y * by};
}
static float cross(point a, point b) {
    return a.x * b.y - a.y * b.x;
}
static float dot(point a, point b) {
    return a.x * b.x + a.y * b.y;
}
static point left_of(point direction) {
    return (point){direction.y, -direction.x};
} // unit normal

// A round join or cap: chords on the circle around p from normal a to normal b, turning by `turn` radians.
static void add_arc(const struct pen *pen, point p, point a, point b, double turn) {
    int n = (int)ceil(fabs(turn) / pen->step);
    point last = offset(p, a, pen->half);
    for (int i = 1; i < n; i++) {
        double t = turn * i / n, c = cos(t), s = sin(t);
        point normal = {(float)(a.x * c - a.y * s), (float)(a.x * s + a.y * c)};
        point next = offset(p, normal, pen->half);
        cover_line(pen->cover, last, next);
        last = next;
    }
    cover_line(pen->cover, last, offset(p, b, pen->half));
}

struct side {
    point in, out;
}; // where an outline arrives at a vertex and where it leaves

// The outline at vertex p between segments of directions d0 and d1, on both sides; emits what connects in and
// out.
static void add_join(const struct pen *pen, point p, point d0, point d1, float shorter, struct side *left,
                     struct side *right) {
    point n0 = left_of(d0), n1 = left_of(d1);
    *left = (struct side){offset(p, n0, pen->half), offset(p, n1, pen->half)};
    *right = (struct side){offset(p, n0, -pen->half), offset(p, n1, -pen->half)};
    float turn_sin = cross(d0, d1), turn_cos = dot(d0, d1);
    double turn = atan2(turn_sin, turn_cos); // > 0: to the right on screen, where y grows downwards
    bool outer_left = turn > 0;
    struct side *inner = outer_left ? right : left;
    float reach = pen->half * fabsf(turn_sin) / fmaxf(1 + turn_cos, 1e-6f);
    if (reach <= shorter && turn_cos > -0.99f) { // the inner edges meet
        float sign = outer_left ? -1 : 1, k = sign * pen->half / (1 + turn_cos);
        inner->in = inner->out = (point){p.x + (n0.x + n1.x) * k, p.y + (n0.y + n1.y) * k};
    } else if (outer_left) { // too short to meet: by way of the vertex; the left runs forwards, the right
                             // backwards
        cover_line(pen->cover, right->out, p);
        cover_line(pen->cover, p, right->in);
    } else {
        cover_line(pen->cover, left->in, p);
        cover_line(pen->cover, p, left->out);
    }
    if (outer_left)
        add_arc(pen, p, n0, n1, turn);
    else
        add_arc(pen, p, (point){-n1.x, -n1.y}, (point){-n0.x, -n0.y}, -turn);
}

// From normal a to the opposite normal around an end of the line.
static void add_cap(const struct pen *pen, point p, point a, bool round) {
    point b = {-a.x, -a.y};
    if (round)
        add_arc(pen, p, a, b, M_PI);
    else
        cover_line(pen->cover, offset(p, a, pen->half), offset(p, b, pen->half));
}

static point direction(point a, point b, float *length) {
    float x = b.x - a.x, y = b.y - a.y, l = sqrtf(x * x + y * y);
    *length = l;
    return (point){x / l, y / l};
}

static void add_dot(const struct pen *pen, point p, bool round) {
    if (!round) return;
    add_arc(pen, p, (point){1, 0}, (point){-1, 0}, M_PI);
    add_arc(pen, p, (point){-1, 0}, (point){1, 0}, M_PI);
}

// points: distinct neighbours; closed: also last and first are distinct.
static void add_polyline(const struct pen *pen, const point *points, int count, bool closed, bool round) {
    if (count < 2) {
        if (count == 1) add_dot(pen, points[0], round);
        return;
    }
    closed = closed && count > 2;
    int segments = closed ? count : count - 1;
    float length, length_before;
    point d = direction(points[0], points[1], &length), before = d;
    struct side left, right, first_left = {0}, first_right = {0};
    if (closed) {
        before = direction(points[count - 1], points[0], &length_before);
        add_join(pen, points[0], before, d, fminf(length, length_before), &first_left, &first_right);
    } else {
        point n = left_of(d);
        first_left.out = offset(points[0], n, pen->half);
        first_right.out = offset(points[0], n, -pen->half);
        add_cap(pen, points[0], (point){-n.x, -n.y}, round);
    }
    point left_from = first_left.out, right_from = first_right.out;
    for (int i = 0; i < segments; i++) {
        point end = points[(i + 1) % count];
        if (i + 1 < segments) {
            float next_length;
            point next = direction(end, points[(i + 2) % count], &next_length);
            add_join(pen, end, d, next, fminf(length, next_length), &left, &right);
            d = next, length = next_length;
        } else if (closed) {
            left = first_left, right = first_right;
        } else {
            point n = left_of(d);
            left.in = offset(end, n, pen->half);
            right.in = offset(end, n, -pen->half);
            add_cap(pen, end, n, round);
        }
        cover_line(pen->cover, left_from, left.in);
        cover_line(pen->cover, right.in, right_from);
        left_from = left.out, right_from = right.out;
    }
}

// Cuts points (count of them) into dashes, one polyline after the other.
static void add_dashes(const struct pen *pen, struct stroke_scratch *scratch, const point *points, int count,
                       bool closed, struct stroke_style style) {
    bool on = true;
    float left = style.dash; // of this dash or gap
    scratch->count = 0;
    push(scratch, points[0]);
    for (int i = 0; i < (closed ? count : count - 1); i++) {
        point a = points[i], b = points[(i + 1) % count];
        float length, at = 0;
        direction(a, b, &length);
        while (length - at > left) {
            at += left;
            point p = {a.x + (b.x - a.x) * at / length, a.y + (b.y - a.y) * at / length};
            if (on) {
                push_distinct(scratch, p);
                add_polyline(pen, scratch->points, scratch->count, false, style.round_caps);
            }
            on = !on;
            left = on ? style.dash : style.gap;
            scratch->count = 0;
            if (on) push(scratch, p);
        }
        left -= length - at;
        if (on) push_distinct(scratch, b);
    }
    if (on && scratch->count > 1) add_polyline(pen, scratch->points, scratch->count, false, style.round_caps);
}

static void add_contour(const struct pen *pen, struct stroke_scratch *clean, struct stroke_scratch *dashes,
                        const point *points, int count, struct stroke_style style) {
    clean->count = 0;
    for (int i = 0; i < count; i++)
        push_distinct(clean, points[i]);
    bool closed = style.closed;
    if (clean->count > 2 && same(clean->points[0], clean->points[clean->count - 1])) {
        clean->count--;
        closed = true;
    }
    if (style.dash > 0 && style.gap > 0 && clean->count > 1)
        add_dashes(pen, dashes, clean->points, clean->count, closed, style);
    else
        add_polyline(pen, clean->points, clean->count, closed, style.round_caps);
}

void stroke_contours(struct cover *cover, struct stroke_scratch scratch[2], const point *points, int count,
                     struct stroke_style style) {
    if (!(style.width > 0)) return;
    float half = style.width / 2;
    struct pen pen = {cover, half, 2 * acos(fmax(0.3, 1 - 0.05 / half))};
    int start = 0;
    for (int i = 0; i <= count; i++) {
        if (i < count && !isnan(points[i].x)) continue;
        add_contour(&pen, &scratch[0], &scratch[1], points + start, i - start, style);
        start = i + 1;
    }
}
