#pragma once
// A draw list: one frame, as an ordered list of shapes and text, in device pixels. Views and widgets append in
// logical pixels; the list multiplies by its scale and snaps boxes and hairlines to whole device pixels. Nothing
// is drawn here: platform/ rasterises a list, svg.c writes it as SVG, tests write it as text. The list owns copies of
// all points and texts and is reused from frame to frame (draw_begin forgets, keeps the memory).
//
// Provenance: a number on screen is put with draw_value(), which keeps where in the core it came from, so that a
// test can walk the numbers of a frame back to the arrays of the trace file.

#include "font.h"
#include "geometry.h"
#include <stddef.h>

enum draw_op { DRAW_RECT, DRAW_BOX, DRAW_FILL, DRAW_STROKE, DRAW_TEXT, DRAW_CLIP };

// Where a shown number came from: a tensor of the trace file and an index into it, or a derived quantity named by
// `tensor`.
struct source {
    const char *tensor; // "forward/l0/gate_f", borrowed for the frame's life (static or interned by the caller's arena)
    int row, column;    // t and unit (0-based); -1 where there is none
    double value;       // the unrounded number
};

struct draw_command {
    enum draw_op op;
    color color;
    rect rect; // RECT, BOX: device pixels. CLIP: the new clip. TEXT: x, y = origin on the baseline; w, h = ink bounds
               // estimate
    float radius;     // RECT, BOX
    float width;      // BOX (drawn inside the rect), STROKE
    float dash, gap;  // 0 = solid
    bool round_caps;  // STROKE
    bool closed;      // STROKE
    int first, count; // FILL, STROKE: points; several contours are separated by contour_starts (FILL, nonzero winding)
    enum font font;   // TEXT
    float size;       // TEXT, device pixels
    int text, text_length; // TEXT: offset into texts
    int source;            // TEXT: index into sources, or -1
};

struct draw_list {
    float scale;
    rect bounds; // logical size of the surface: 0, 0, w, h
    struct draw_command *commands;
    int count, capacity;
    point *points; // device pixels, curves already flattened; a NaN x starts a new contour
    int point_count, point_capacity;
    char *texts;
    int text_size, text_capacity;
    struct source *sources;
    int source_count, source_capacity;
    rect clips[16];
    int clip_depth;
    float hairline; // device pixels of one logical hairline: max(1, round(scale))
    const struct font_source *fonts;
    int path_first; // points of the path being collected start here
    point pen;      // its last point, device pixels
    point start;    // first point of its last contour
    bool pen_down;  // a contour has been started
};

void draw_init(struct draw_list *list, const struct font_source *fonts);
void draw_release(struct draw_list *list);
// The visual guide's scale for a window of this many pixels: min(w / 1280, h / 800) in quarters, at least 1.
float draw_window_scale(float width, float height);
void draw_begin(struct draw_list *list, float width, float height, float scale);

void draw_rect(struct draw_list *list, rect r, color fill, float radius);       // edges snapped to device pixels
void draw_rect_exact(struct draw_list *list, rect r, color fill, float radius); // not snapped (bars that animate)
// An outline inside r; r and width snapped, width at least a hairline.
void draw_box(struct draw_list *list, rect r, color stroke, float radius, float width);
void draw_box_dashed(struct draw_list *list, rect r, color stroke, float radius, float width, float dash, float gap);
void draw_hline(struct draw_list *list, float x0, float x1, float y, color c); // one hairline, snapped
void draw_vline(struct draw_list *list, float x, float y0, float y1, color c);
void draw_circle(struct draw_list *list, point center, float radius, color fill);
void draw_ring(struct draw_list *list, point center, float radius, color stroke,
               float width); // stroke centred on the radius

// Paths: draw_path_* collect one path at a time, then fill or stroke it.
void draw_path_move(struct draw_list *list, float x, float y);
void draw_path_line(struct draw_list *list, float x, float y);
void draw_path_quad(struct draw_list *list, float cx, float cy, float x, float y);
void draw_path_cubic(struct draw_list *list, float c1x, float c1y, float c2x, float c2y, float x, float y);
void draw_path_fill(struct draw_list *list, color fill);
void draw_path_stroke(struct draw_list *list, color stroke, float width, bool closed, bool round_caps);
void draw_path_stroke_dashed(struct draw_list *list, color stroke, float width, float dash, float gap);
// SVG path data (M L H V C Q Z A and lower case) scaled by k, moved to (x, y): for icons. Appends to the current path.
void draw_path_svg(struct draw_list *list, const char *d, float x, float y, float k);

enum align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };
struct text_style {
    enum font font;
    float size; // logical pixels
    color color;
    enum align align;
};
static inline struct text_style text_of(enum font font, float size, color ink, enum align align) {
    return (struct text_style){font, size, ink, align};
}
float draw_text(struct draw_list *list, float x, float y, const char *text,
                struct text_style style); // y: baseline; returns width
float draw_text_n(struct draw_list *list, float x, float y, const char *text, size_t length, struct text_style style);
// Text cut with an ellipsis to fit `width`.
float draw_text_fit(struct draw_list *list, float x, float y, float width, const char *text, struct text_style style);
// A number with `digits` decimals; U+2212 for minus; plus: a sign also when positive.
float draw_value(struct draw_list *list, float x, float y, struct source source, int digits, bool plus,
                 struct text_style style);
// The source of the number whose ink lies at a point (logical), the topmost one; NULL where none does. A number is a
// small target: a few pixels around it count as well.
const struct source *draw_value_at(const struct draw_list *list, point at);
void format_value(
    char *out, size_t size, double value, int digits,
    bool plus); // as draw_value writes it; no "-0.00"; "NaN", "∞"; digits -k: k of them and a power of ten
void format_count(char *out, size_t size, long value);    // 32 033 with thin spaces
void format_bytes(char *out, size_t size, int64_t bytes); // 742 B, 34 kB, 1.1 MB
float text_width(struct draw_list *list, const char *text, struct text_style style);

void draw_clip_push(struct draw_list *list, rect r); // intersected with the current one
void draw_clip_pop(struct draw_list *list);

// The list as lines of text, rounded to 1/4 device pixel, for golden tests; and as an SVG file (text as text).
struct str;
void draw_dump(const struct draw_list *list, struct str *out);
void draw_svg(const struct draw_list *list, color background, struct str *out);
