// A draw list as an SVG file: the same shapes in device pixels, text as text (with families to fall back on),
// numbers with where they came from.

#include "draw.h"
#include "str.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct face {
    const char *family, *style;
    int weight;
};

static const struct face faces[FONT_COUNT] = {
    [FONT_SANS] = {"Inter, 'Inter Variable', 'Helvetica Neue', Arial, sans-serif", "normal", 400},
    [FONT_SANS_MEDIUM] = {"Inter, 'Inter Variable', 'Helvetica Neue', Arial, sans-serif", "normal", 500},
    [FONT_SANS_SEMIBOLD] = {"Inter, 'Inter Variable', 'Helvetica Neue', Arial, sans-serif", "normal", 600},
    [FONT_DISPLAY] = {"'Inter Display', Inter, 'Helvetica Neue', Arial, sans-serif", "normal", 600},
    [FONT_MATH] = {"STIXGeneral, 'STIX Two Text', 'STIX Two Math', 'Times New Roman', serif", "normal", 400},
    [FONT_MATH_ITALIC] = {"STIXGeneral, 'STIX Two Text', 'STIX Two Math', 'Times New Roman', serif", "italic", 400},
    [FONT_MONO] = {"'JetBrains Mono', 'DejaVu Sans Mono', monospace", "normal", 500},
    [FONT_MONO_SEMIBOLD] = {"'JetBrains Mono', 'DejaVu Sans Mono', monospace", "normal", 600},
};

// A number with at most two decimals, in the shortest form.
static void put_number(struct str *out, float v) {
    char text[64];
    int length = snprintf(text, sizeof text, "%.2f", (double)v);
    while (length > 1 && text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.') length--;
    text[length] = 0;
    str_put(out, text[0] == '-' && text[1] == '0' && !text[2] ? "0" : text);
}

static void put_attribute(struct str *out, const char *name, float v) {
    str_printf(out, " %s=\"", name);
    put_number(out, v);
    str_put_char(out, '"');
}

static void put_color(struct str *out, const char *name, color c) {
    str_printf(out, " %s=\"#%02x%02x%02x\"", name, c.r, c.g, c.b);
    if (c.a < 255) {
        str_printf(out, " %s-opacity=\"", name);
        put_number(out, (float)c.a / 255);
        str_put_char(out, '"');
    }
}

static void put_rect(struct str *out, rect r, float radius) {
    str_put(out, "<rect");
    put_attribute(out, "x", r.x);
    put_attribute(out, "y", r.y);
    put_attribute(out, "width", r.w);
    put_attribute(out, "height", r.h);
    if (radius > 0) put_attribute(out, "rx", radius);
}

// XML 1.0 text; control characters, which it has no way to write, become U+FFFD.
static void put_escaped(struct str *out, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '<')
            str_put(out, "&lt;");
        else if (c == '>')
            str_put(out, "&gt;");
        else if (c == '&')
            str_put(out, "&amp;");
        else if (c == '"')
            str_put(out, "&quot;");
        else if (c < ' ')
            str_put(out, "\ufffd");
        else
            str_put_char(out, (char)c);
    }
}

static void put_path(struct str *out, const struct draw_list *list, const struct draw_command *c, bool closed) {
    str_put(out, "<path d=\"");
    bool start = true;
    for (int i = 0; i < c->count; i++) {
        point p = list->points[c->first + i];
        if (isnan(p.x)) {
            if (closed) str_put_char(out, 'Z');
            start = true;
            continue;
        }
        str_put_char(out, start ? 'M' : 'L');
        start = false;
        put_number(out, p.x);
        str_put_char(out, ' ');
        put_number(out, p.y);
    }
    str_put(out, closed ? "Z\"" : "\"");
}

static void put_stroke(struct str *out, const struct draw_command *c) {
    str_put(out, " fill=\"none\"");
    put_color(out, "stroke", c->color);
    put_attribute(out, "stroke-width", c->width);
    if (c->dash > 0 && c->gap > 0) {
        str_put(out, " stroke-dasharray=\"");
        put_number(out, c->dash);
        str_put_char(out, ' ');
        put_number(out, c->gap);
        str_put_char(out, '"');
    }
}

static void put_box(struct str *out, const struct draw_command *c) {
    bool full = 2 * c->width >= c->rect.w || 2 * c->width >= c->rect.h;
    if (full && c->dash <= 0) {
        put_rect(out, c->rect, c->radius);
        put_color(out, "fill", c->color);
    } else {
        put_rect(out, rect_inset(c->rect, c->width / 2), fmaxf(0, c->radius - c->width / 2));
        put_stroke(out, c);
    }
    str_put(out, "/>\n");
}

static void put_text(struct str *out, const struct draw_list *list, const struct draw_command *c) {
    const struct face *face = &faces[c->font];
    str_put(out, "<text");
    put_attribute(out, "x", c->rect.x);
    put_attribute(out, "y", c->rect.y);
    str_printf(out, " font-family=\"%s\"", face->family);
    put_attribute(out, "font-size", c->size);
    if (face->weight != 400) str_printf(out, " font-weight=\"%d\"", face->weight);
    if (face->style[0] == 'i') str_put(out, " font-style=\"italic\"");
    put_color(out, "fill", c->color);
    size_t length = (size_t)c->text_length;
    if (c->rect.w > 0 && utf8_count(list->texts + c->text, length) > 1) put_attribute(out, "textLength", c->rect.w);
    if (c->source >= 0) {
        const struct source *s = &list->sources[c->source];
        str_put(out, " data-source=\"");
        if (s->tensor) put_escaped(out, s->tensor, strlen(s->tensor));
        str_printf(out, "\" data-row=\"%d\" data-column=\"%d\" data-value=\"%.9g\"", s->row, s->column, s->value);
    }
    str_put_char(out, '>');
    put_escaped(out, list->texts + c->text, length);
    str_put(out, "</text>\n");
}

static void put_clip(struct str *out, const struct draw_command *c, int number, bool open) {
    if (open) str_put(out, "</g>\n");
    str_printf(out, "<clipPath id=\"clip%d\">", number);
    put_rect(out, c->rect, 0);
    str_printf(out, "/></clipPath>\n<g clip-path=\"url(#clip%d)\">\n", number);
}

static void put_command(struct str *out, const struct draw_list *list, const struct draw_command *c) {
    switch (c->op) {
    case DRAW_RECT:
        put_rect(out, c->rect, c->radius);
        put_color(out, "fill", c->color);
        str_put(out, "/>\n");
        break;
    case DRAW_BOX:
        put_box(out, c);
        break;
    case DRAW_FILL:
        put_path(out, list, c, true);
        put_color(out, "fill", c->color);
        str_put(out, "/>\n");
        break;
    case DRAW_STROKE:
        put_path(out, list, c, c->closed);
        put_stroke(out, c);
        str_put(out, c->round_caps ? " stroke-linecap=\"round\" stroke-linejoin=\"round\"/>\n"
                                   : " stroke-linejoin=\"round\"/>\n");
        break;
    case DRAW_TEXT:
        put_text(out, list, c);
        break;
    case DRAW_CLIP:
        break;
    }
}

void draw_svg(const struct draw_list *list, color background, struct str *out) {
    float w = ceilf(list->bounds.w * list->scale), h = ceilf(list->bounds.h * list->scale);
    str_put(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    put_attribute(out, "width", list->bounds.w);
    put_attribute(out, "height", list->bounds.h);
    str_printf(out, " viewBox=\"0 0 %g %g\" style=\"font-variant-numeric:tabular-nums;white-space:pre\">\n", (double)w,
               (double)h);
    put_rect(out, (rect){0, 0, w, h}, 0);
    put_color(out, "fill", background);
    str_put(out, "/>\n");
    bool open = false;
    int clips = 0;
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        if (c->op == DRAW_CLIP) {
            put_clip(out, c, ++clips, open);
            open = true;
        } else {
            put_command(out, list, c);
        }
    }
    str_put(out, open ? "</g>\n</svg>\n" : "</svg>\n");
}
