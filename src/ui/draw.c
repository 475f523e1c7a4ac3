#include "draw.h"
#include "check.h"
#include "mem.h"
#include "str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CLIPS = 16 };
static const float flatness = 0.1f; // device pixels between a curve and its chords

void draw_init(struct draw_list *list, const struct font_source *fonts) {
    memset(list, 0, sizeof *list);
    list->fonts = fonts;
    list->scale = 1;
    list->hairline = 1;
}

void draw_release(struct draw_list *list) {
    mem_free(list->commands);
    mem_free(list->points);
    mem_free(list->texts);
    mem_free(list->sources);
    draw_init(list, list->fonts);
}

float draw_window_scale(float width, float height) {
    return fmaxf(1, floorf(fminf(width / 1280, height / 800) * 4) / 4);
}

void draw_begin(struct draw_list *list, float width, float height, float scale) {
    check(scale > 0, "a draw list needs a scale above 0, got %g", (double)scale);
    list->scale = scale;
    list->hairline = fmaxf(1, floorf(scale + 0.5f));
    list->bounds = (rect){0, 0, width, height};
    list->count = list->point_count = list->text_size = list->source_count = 0;
    list->path_first = 0;
    list->pen_down = false;
    list->clip_depth = 0;
}

// Grows *data to hold `needed` elements.
static void reserve(void **data, int *capacity, int needed, size_t size) {
    if (needed <= *capacity) return;
    int grown = *capacity ? *capacity * 2 : 256;
    while (grown < needed)
        grown *= 2;
    void *bigger = mem_grow(*data, (size_t)*capacity * size, (size_t)grown * size);
    check(bigger, "no memory for a draw list of %d elements", grown);
    *data = bigger;
    *capacity = grown;
}

static struct draw_command *add_command(struct draw_list *list, enum draw_op op, color c) {
    reserve((void **)&list->commands, &list->capacity, list->count + 1, sizeof *list->commands);
    struct draw_command *command = &list->commands[list->count++];
    *command = (struct draw_command){.op = op, .color = c, .source = -1};
    return command;
}

static float snap(const struct draw_list *list, float v) {
    return floorf(v * list->scale + 0.5f);
}

// A whole number of device pixels for both edges; what has a size keeps at least one pixel.
static rect snap_rect(const struct draw_list *list, rect r) {
    float x0 = snap(list, r.x), y0 = snap(list, r.y), x1 = snap(list, r.x + r.w), y1 = snap(list, r.y + r.h);
    return (rect){x0, y0, fmaxf(1, x1 - x0), fmaxf(1, y1 - y0)};
}

static bool is_empty(rect r) {
    return !(r.w > 0 && r.h > 0 && isfinite(r.x) && isfinite(r.y) && isfinite(r.w + r.h));
}

static float fit_radius(float radius, rect r) {
    return fmaxf(0, fminf(radius, fminf(r.w, r.h) / 2));
}

static void add_rect(struct draw_list *list, rect device, color fill, float radius) {
    struct draw_command *command = add_command(list, DRAW_RECT, fill);
    command->rect = device;
    command->radius = fit_radius(radius * list->scale, device);
}

void draw_rect(struct draw_list *list, rect r, color fill, float radius) {
    if (is_empty(r) || fill.a == 0) return;
    add_rect(list, snap_rect(list, r), fill, radius);
}

void draw_rect_exact(struct draw_list *list, rect r, color fill, float radius) {
    if (is_empty(r) || fill.a == 0) return;
    float s = list->scale;
    add_rect(list, (rect){r.x * s, r.y * s, r.w * s, r.h * s}, fill, radius);
}

void draw_box_dashed(struct draw_list *list, rect r, color stroke, float radius, float width, float dash, float gap) {
    if (is_empty(r) || stroke.a == 0) return;
    struct draw_command *command = add_command(list, DRAW_BOX, stroke);
    command->rect = snap_rect(list, r);
    command->radius = fit_radius(radius * list->scale, command->rect);
    command->width = fmaxf(list->hairline, floorf(width * list->scale + 0.5f));
    command->dash = dash * list->scale;
    command->gap = gap * list->scale;
}

void draw_box(struct draw_list *list, rect r, color stroke, float radius, float width) {
    draw_box_dashed(list, r, stroke, radius, width, 0, 0);
}

void draw_hline(struct draw_list *list, float x0, float x1, float y, color c) {
    if (!(x1 > x0) || c.a == 0) return;
    float a = snap(list, x0), b = snap(list, x1);
    add_rect(list, (rect){a, snap(list, y), fmaxf(1, b - a), list->hairline}, c, 0);
}

void draw_vline(struct draw_list *list, float x, float y0, float y1, color c) {
    if (!(y1 > y0) || c.a == 0) return;
    float a = snap(list, y0), b = snap(list, y1);
    add_rect(list, (rect){snap(list, x), a, list->hairline, fmaxf(1, b - a)}, c, 0);
}

// A circle is a rounded rectangle whose corners meet: one short command, also in the dump.
void draw_circle(struct draw_list *list, point center, float radius, color fill) {
    draw_rect_exact(list, (rect){center.x - radius, center.y - radius, 2 * radius, 2 * radius}, fill, radius);
}

void draw_ring(struct draw_list *list, point center, float radius, color stroke, float width) {
    float outer = (radius + width / 2) * list->scale, x = center.x * list->scale, y = center.y * list->scale;
    rect r = {x - outer, y - outer, 2 * outer, 2 * outer};
    if (is_empty(r) || stroke.a == 0) return;
    struct draw_command *command = add_command(list, DRAW_BOX, stroke);
    command->rect = r;
    command->radius = outer;
    command->width = fminf(width * list->scale, outer);
}

// Paths

static void add_point(struct draw_list *list, point p) {
    reserve((void **)&list->points, &list->point_capacity, list->point_count + 1, sizeof *list->points);
    list->points[list->point_count++] = p;
}

static point to_device(const struct draw_list *list, float x, float y) {
    return (point){x * list->scale, y * list->scale};
}

static void path_move(struct draw_list *list, point p) {
    if (list->point_count > list->path_first) add_point(list, (point){NAN, NAN});
    add_point(list, p);
    list->pen = list->start = p;
    list->pen_down = true;
}

static void path_line(struct draw_list *list, point p) {
    if (!list->pen_down) path_move(list, list->point_count > list->path_first ? list->start : p);
    if (p.x == list->pen.x && p.y == list->pen.y) return;
    add_point(list, p);
    list->pen = p;
}

static float distance(float x, float y) {
    return sqrtf(x * x + y * y);
}

static void path_quad(struct draw_list *list, point c, point p) {
    point a = list->pen;
    float bend = distance(a.x - 2 * c.x + p.x, a.y - 2 * c.y + p.y);
    int n = (int)fminf(200, fmaxf(1, ceilf(sqrtf(bend / (4 * flatness)))));
    for (int i = 1; i <= n; i++) {
        float t = (float)i / (float)n, u = 1 - t;
        path_line(list, i == n ? p
                               : (point){u * u * a.x + 2 * u * t * c.x + t * t * p.x,
                                         u * u * a.y + 2 * u * t * c.y + t * t * p.y});
    }
}

static void path_cubic(struct draw_list *list, point c, point d, point p) {
    point a = list->pen;
    float bend =
        fmaxf(distance(a.x - 2 * c.x + d.x, a.y - 2 * c.y + d.y), distance(c.x - 2 * d.x + p.x, c.y - 2 * d.y + p.y));
    int n = (int)fminf(200, fmaxf(1, ceilf(sqrtf(0.75f * bend / flatness))));
    for (int i = 1; i <= n; i++) {
        float t = (float)i / (float)n, u = 1 - t;
        float wa = u * u * u, wc = 3 * u * u * t, wd = 3 * u * t * t, wp = t * t * t;
        path_line(
            list,
            i == n ? p : (point){wa * a.x + wc * c.x + wd * d.x + wp * p.x, wa * a.y + wc * c.y + wd * d.y + wp * p.y});
    }
}

static void path_close(struct draw_list *list) {
    if (!list->pen_down) return;
    path_line(list, list->start);
    list->pen_down = false;
}

void draw_path_move(struct draw_list *list, float x, float y) {
    path_move(list, to_device(list, x, y));
}
void draw_path_line(struct draw_list *list, float x, float y) {
    path_line(list, to_device(list, x, y));
}

void draw_path_quad(struct draw_list *list, float cx, float cy, float x, float y) {
    path_quad(list, to_device(list, cx, cy), to_device(list, x, y));
}

void draw_path_cubic(struct draw_list *list, float c1x, float c1y, float c2x, float c2y, float x, float y) {
    path_cubic(list, to_device(list, c1x, c1y), to_device(list, c2x, c2y), to_device(list, x, y));
}

static struct draw_command *take_path(struct draw_list *list, enum draw_op op, color c, int least) {
    int first = list->path_first, count = list->point_count - first;
    list->pen_down = false;
    bool bad = count < least || c.a == 0;
    for (int i = 0; i < count && !bad; i++) {
        point p = list->points[first + i];
        bad = isinf(p.x) || isinf(p.y) || (isnan(p.y) && !isnan(p.x));
    }
    if (bad) {
        list->point_count = first;
        return NULL;
    }
    struct draw_command *command = add_command(list, op, c);
    command->first = first;
    command->count = count;
    list->path_first = list->point_count;
    return command;
}

void draw_path_fill(struct draw_list *list, color fill) {
    take_path(list, DRAW_FILL, fill, 3);
}

void draw_path_stroke(struct draw_list *list, color stroke, float width, bool closed, bool round_caps) {
    struct draw_command *command = take_path(list, DRAW_STROKE, stroke, 2);
    if (!command) return;
    command->width = width * list->scale;
    command->closed = closed;
    command->round_caps = round_caps;
}

void draw_path_stroke_dashed(struct draw_list *list, color stroke, float width, float dash, float gap) {
    struct draw_command *command = take_path(list, DRAW_STROKE, stroke, 2);
    if (!command) return;
    command->width = width * list->scale;
    command->dash = dash * list->scale;
    command->gap = gap * list->scale;
}

// SVG path data (SVG 1.1, section 8.3), for icons

struct svg_reader {
    struct draw_list *list;
    const char *at;
    float x, y, k;     // the transform: logical = (x, y) + k * data
    point here, start; // in data units
};

static bool read_number(struct svg_reader *reader, float *out) {
    while (*reader->at == ' ' || *reader->at == ',' || *reader->at == '\n' || *reader->at == '\t')
        reader->at++;
    const char *p = reader->at;
    double sign = 1, value = 0, place = 1;
    if (*p == '-' || *p == '+') sign = *p++ == '-' ? -1 : 1;
    const char *digits = p;
    while (*p >= '0' && *p <= '9')
        value = value * 10 + (*p++ - '0');
    bool any = p > digits;
    if (*p == '.') {
        digits = ++p;
        while (*p >= '0' && *p <= '9')
            value += (*p++ - '0') * (place /= 10);
        any = any || p > digits;
    }
    if (!any) return false;
    reader->at = p;
    *out = (float)(sign * value);
    return true;
}

// The flags of an arc are one character each and need no separator behind them.
static bool read_flag(struct svg_reader *reader, bool *out) {
    while (*reader->at == ' ' || *reader->at == ',')
        reader->at++;
    if (*reader->at != '0' && *reader->at != '1') return false;
    *out = *reader->at++ == '1';
    return true;
}

static point svg_point(const struct svg_reader *reader, point p) {
    return to_device(reader->list, reader->x + reader->k * p.x, reader->y + reader->k * p.y);
}

// An elliptical arc from `here` to `to`: end points to centre (SVG 1.1, appendix F.6.5), then chords.
static void svg_arc(struct svg_reader *reader, float rx, float ry, float degrees, bool large, bool sweep, point to) {
    double x0 = reader->here.x, y0 = reader->here.y, phi = degrees * M_PI / 180, cp = cos(phi), sp = sin(phi);
    double a = fabs(rx), b = fabs(ry);
    if (to.x == reader->here.x && to.y == reader->here.y) return;
    if (a == 0 || b == 0) {
        path_line(reader->list, svg_point(reader, to));
        return;
    }
    double hx = (x0 - to.x) / 2, hy = (y0 - to.y) / 2;
    double px = cp * hx + sp * hy, py = -sp * hx + cp * hy;
    double excess = px * px / (a * a) + py * py / (b * b);
    if (excess > 1) a *= sqrt(excess), b *= sqrt(excess);
    double denominator = a * a * py * py + b * b * px * px;
    double q = denominator > 0 ? sqrt(fmax(0, (a * a * b * b - denominator) / denominator)) : 0;
    if (large == sweep) q = -q;
    double ux = q * a * py / b, uy = -q * b * px / a;
    double cx = cp * ux - sp * uy + (x0 + to.x) / 2, cy = sp * ux + cp * uy + (y0 + to.y) / 2;
    double from = atan2((py - uy) / b, (px - ux) / a), turn = atan2((-py - uy) / b, (-px - ux) / a) - from;
    if (sweep && turn < 0) turn += 2 * M_PI;
    if (!sweep && turn > 0) turn -= 2 * M_PI;
    double device = fmax(a, b) * reader->k * reader->list->scale;
    double step = 2 * acos(fmax(0.5, 1 - flatness / fmax(device, (double)flatness)));
    int n = (int)fmax(1, ceil(fabs(turn) / step));
    for (int i = 1; i < n; i++) {
        double t = from + turn * i / n, ex = a * cos(t), ey = b * sin(t);
        path_line(reader->list,
                  svg_point(reader, (point){(float)(cp * ex - sp * ey + cx), (float)(sp * ex + cp * ey + cy)}));
    }
    path_line(reader->list, svg_point(reader, to));
}

static bool read_point(struct svg_reader *reader, bool relative, point *out) {
    if (!read_number(reader, &out->x) || !read_number(reader, &out->y)) return false;
    if (relative) out->x += reader->here.x, out->y += reader->here.y;
    return true;
}

// One set of arguments of a command; false when there is none (left).
static bool svg_segment(struct svg_reader *reader, char upper, bool relative) {
    struct draw_list *list = reader->list;
    point c, d, to = reader->here;
    float n, rx, ry, turn;
    bool large, sweep;
    switch (upper) {
    case 'M':
    case 'L':
        if (!read_point(reader, relative, &to)) return false;
        if (upper == 'M')
            path_move(list, svg_point(reader, to)), reader->start = to;
        else
            path_line(list, svg_point(reader, to));
        break;
    case 'H':
    case 'V':
        if (!read_number(reader, &n)) return false;
        if (upper == 'H')
            to.x = relative ? to.x + n : n;
        else
            to.y = relative ? to.y + n : n;
        path_line(list, svg_point(reader, to));
        break;
    case 'Q':
        if (!read_point(reader, relative, &c) || !read_point(reader, relative, &to)) return false;
        path_quad(list, svg_point(reader, c), svg_point(reader, to));
        break;
    case 'C':
        if (!read_point(reader, relative, &c) || !read_point(reader, relative, &d) ||
            !read_point(reader, relative, &to))
            return false;
        path_cubic(list, svg_point(reader, c), svg_point(reader, d), svg_point(reader, to));
        break;
    case 'A':
        if (!read_number(reader, &rx) || !read_number(reader, &ry) || !read_number(reader, &turn) ||
            !read_flag(reader, &large) || !read_flag(reader, &sweep) || !read_point(reader, relative, &to))
            return false;
        svg_arc(reader, rx, ry, turn, large, sweep, to);
        break;
    default:
        return false;
    }
    reader->here = to;
    return true;
}

void draw_path_svg(struct draw_list *list, const char *d, float x, float y, float k) {
    struct svg_reader reader = {list, d, x, y, k, {0, 0}, {0, 0}};
    while (*reader.at) {
        char letter = *reader.at++;
        if (letter == ' ' || letter == '\n' || letter == ',') continue;
        bool relative = letter >= 'a';
        char upper = relative ? (char)(letter - 'a' + 'A') : letter;
        if (upper == 'Z') {
            path_close(list);
            reader.here = reader.start;
            list->start = svg_point(&reader, reader.start);
            continue;
        }
        check(strchr("MLHVQCA", upper), "path data has the unknown command '%c': %s", letter, d);
        // More numbers after a move are lines (8.3.2).
        while (svg_segment(&reader, upper, relative))
            if (upper == 'M') upper = 'L';
    }
}

// Text

static float measure(const struct draw_list *list, const char *text, size_t length, struct text_style style) {
    if (!list->fonts || length == 0) return 0;
    return list->fonts->width(list->fonts->context, style.font, style.size, text, length);
}

float text_width(struct draw_list *list, const char *text, struct text_style style) {
    return measure(list, text, strlen(text), style);
}

static int keep_text(struct draw_list *list, const char *text, size_t length) {
    int needed = list->text_size + (int)length + 1;
    reserve((void **)&list->texts, &list->text_capacity, needed, 1);
    int at = list->text_size;
    memcpy(list->texts + at, text, length);
    list->texts[at + (int)length] = 0;
    list->text_size = needed;
    return at;
}

float draw_text_n(struct draw_list *list, float x, float y, const char *text, size_t length, struct text_style style) {
    float width = measure(list, text, length, style);
    if (length == 0 || style.color.a == 0 || !isfinite(x) || !isfinite(y)) return width;
    if (style.align == ALIGN_CENTER) x -= width / 2;
    if (style.align == ALIGN_RIGHT) x -= width;
    struct draw_command *command = add_command(list, DRAW_TEXT, style.color);
    command->size = style.size * list->scale;
    command->rect = (rect){x * list->scale, snap(list, y), width * list->scale, command->size * 1.3f};
    command->font = style.font;
    command->text = keep_text(list, text, length);
    command->text_length = (int)length;
    return width;
}

float draw_text(struct draw_list *list, float x, float y, const char *text, struct text_style style) {
    return draw_text_n(list, x, y, text, strlen(text), style);
}

float draw_text_fit(struct draw_list *list, float x, float y, float width, const char *text, struct text_style style) {
    static const char ellipsis[] = "\u2026";
    size_t length = strlen(text);
    if (measure(list, text, length, style) <= width) return draw_text_n(list, x, y, text, length, style);
    float room = width - measure(list, ellipsis, sizeof ellipsis - 1, style);
    size_t kept = 0;
    for (size_t at = 0; at < length;) {
        size_t used;
        utf8_next(text + at, length - at, &used);
        at += used;
        if (measure(list, text, at, style) > room) break;
        kept = at;
    }
    while (kept > 0 && text[kept - 1] == ' ')
        kept--;
    struct str cut = {0};
    str_put_n(&cut, text, kept);
    str_put_n(&cut, ellipsis, sizeof ellipsis - 1);
    float drawn = draw_text_n(list, x, y, cut.data, cut.size, style);
    str_release(&cut);
    return drawn;
}

void format_value(char *out, size_t size, double value, int digits, bool plus) {
    if (isnan(value)) {
        snprintf(out, size, "NaN");
        return;
    }
    char number[400];
    if (digits < 0 && isfinite(value) && value != 0) { // "9.3·10⁻⁵"
        int written = snprintf(number, sizeof number, "%.*e", -digits - 1 > 17 ? 17 : -digits - 1, fabs(value));
        char *power = strchr(number, 'e');
        long exponent = strtol(power + 1, NULL, 10);
        char places[24];
        snprintf(places, sizeof places, "%ld", labs(exponent));
        size_t used = (size_t)(power - number);
        used += (size_t)snprintf(power, sizeof number - used, "·10%s", exponent < 0 ? "⁻" : "");
        static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
        for (const char *c = places; written > 0 && *c; c++)
            used += (size_t)snprintf(number + used, sizeof number - used, "%s", raised[*c - '0']);
    } else if (isinf(value))
        snprintf(number, sizeof number, "\u221e");
    else
        snprintf(number, sizeof number, "%.*f", digits < 0 ? 0 : digits > 17 ? 17 : digits, fabs(value));
    bool zero = !isinf(value) && strspn(number, "0.") == strlen(number);
    const char *sign = zero ? "" : value < 0 ? "\u2212" : plus ? "+" : "";
    snprintf(out, size, "%s%s", sign, number);
}

void format_count(char *out, size_t size, long value) {
    char digits[32];
    snprintf(digits, sizeof digits, "%lu", value < 0 ? 0ul - (unsigned long)value : (unsigned long)value);
    char text[96];
    size_t length = strlen(digits), used = 0;
    if (value < 0) used += (size_t)snprintf(text, sizeof text, "\u2212");
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) used += (size_t)snprintf(text + used, sizeof text - used, "\u2009");
        text[used++] = digits[i];
    }
    text[used] = 0;
    snprintf(out, size, "%s", text);
}

void format_bytes(char *out, size_t size, int64_t bytes) {
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    enum { UNITS = sizeof units / sizeof *units };
    if (bytes < 1000) {
        snprintf(out, size, "%d B", (int)bytes);
        return;
    }
    double value = (double)bytes / 1000;
    int unit = 0;
    while (value >= 999.5 && unit + 1 < UNITS)
        value /= 1000, unit++;
    snprintf(out, size, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

float draw_value(struct draw_list *list, float x, float y, struct source source, int digits, bool plus,
                 struct text_style style) {
    char text[400];
    format_value(text, sizeof text, source.value, digits, plus);
    int before = list->count;
    float width = draw_text(list, x, y, text, style);
    if (list->count == before) return width;
    reserve((void **)&list->sources, &list->source_capacity, list->source_count + 1, sizeof *list->sources);
    list->commands[before].source = list->source_count;
    list->sources[list->source_count++] = source;
    return width;
}

const struct source *draw_value_at(const struct draw_list *list, point at) {
    const point p = {at.x * list->scale, at.y * list->scale};
    const float around = 3 * list->scale;
    rect clip = {0, 0, list->bounds.w * list->scale, list->bounds.h * list->scale};
    const struct source *found = NULL;
    for (int k = 0; k < list->count; k++) {
        const struct draw_command *command = &list->commands[k];
        if (command->op == DRAW_CLIP) clip = command->rect;
        if (command->op != DRAW_TEXT || command->source < 0 || !rect_has(clip, p)) continue;
        rect ink = {command->rect.x, command->rect.y - 0.75f * command->size, command->rect.w, 0.8f * command->size};
        if (rect_has(rect_inset(ink, -around), p)) found = &list->sources[command->source];
    }
    return found;
}

// Clips

static void add_clip(struct draw_list *list) {
    struct draw_command *command = add_command(list, DRAW_CLIP, (color){0});
    rect all = {0, 0, ceilf(list->bounds.w * list->scale), ceilf(list->bounds.h * list->scale)};
    command->rect = list->clip_depth ? list->clips[list->clip_depth - 1] : all;
}

void draw_clip_push(struct draw_list *list, rect r) {
    check(list->clip_depth < MAX_CLIPS, "more than %d clips in each other", MAX_CLIPS);
    float x0 = snap(list, r.x), y0 = snap(list, r.y), x1 = snap(list, r.x + r.w), y1 = snap(list, r.y + r.h);
    rect all = {0, 0, ceilf(list->bounds.w * list->scale), ceilf(list->bounds.h * list->scale)};
    rect outer = list->clip_depth ? list->clips[list->clip_depth - 1] : all;
    x0 = fmaxf(x0, outer.x), y0 = fmaxf(y0, outer.y);
    x1 = fminf(x1, outer.x + outer.w), y1 = fminf(y1, outer.y + outer.h);
    list->clips[list->clip_depth++] = (rect){x0, y0, fmaxf(0, x1 - x0), fmaxf(0, y1 - y0)};
    add_clip(list);
}

void draw_clip_pop(struct draw_list *list) {
    check(list->clip_depth > 0, "a clip was popped that nobody pushed");
    list->clip_depth--;
    add_clip(list);
}

// Dump

static double quarter(float v) {
    double q = round((double)v * 4) / 4;
    return q == 0 ? 0 : q;
}

static void dump_rect(struct str *out, rect r) {
    str_printf(out, " %g %g %g %g", quarter(r.x), quarter(r.y), quarter(r.w), quarter(r.h));
}

static void dump_points(struct str *out, const struct draw_list *list, const struct draw_command *command) {
    str_put(out, " :");
    for (int i = 0; i < command->count; i++) {
        point p = list->points[command->first + i];
        if (isnan(p.x))
            str_put(out, " |");
        else
            str_printf(out, " %g,%g", quarter(p.x), quarter(p.y));
    }
}

static void dump_command(struct str *out, const struct draw_list *list, const struct draw_command *c) {
    static const char *const names[] = {"rect", "box", "fill", "stroke", "text", "clip"};
    str_put(out, names[c->op]);
    if (c->op == DRAW_RECT || c->op == DRAW_BOX || c->op == DRAW_CLIP) dump_rect(out, c->rect);
    if (c->op == DRAW_TEXT) str_printf(out, " %g %g", quarter(c->rect.x), quarter(c->rect.y));
    if (c->op != DRAW_CLIP) str_printf(out, " #%02x%02x%02x%02x", c->color.r, c->color.g, c->color.b, c->color.a);
    if (c->op == DRAW_RECT || c->op == DRAW_BOX) str_printf(out, " r %g", quarter(c->radius));
    if (c->op == DRAW_BOX || c->op == DRAW_STROKE) str_printf(out, " w %g", quarter(c->width));
    if (c->dash > 0) str_printf(out, " dash %g %g", quarter(c->dash), quarter(c->gap));
    if (c->round_caps) str_put(out, " round");
    if (c->closed) str_put(out, " closed");
    if (c->op == DRAW_FILL || c->op == DRAW_STROKE) dump_points(out, list, c);
    if (c->op == DRAW_TEXT)
        str_printf(out, " font %d %g \"%s\"", (int)c->font, quarter(c->size), list->texts + c->text);
    if (c->source >= 0) {
        const struct source *s = &list->sources[c->source];
        str_printf(out, " = %s[%d,%d]", s->tensor ? s->tensor : "", s->row, s->column);
    }
    str_put_char(out, '\n');
}

void draw_dump(const struct draw_list *list, struct str *out) {
    str_printf(out, "list %g x %g at %g\n", quarter(list->bounds.w), quarter(list->bounds.h), (double)list->scale);
    for (int i = 0; i < list->count; i++)
        dump_command(out, list, &list->commands[i]);
}
