// The header of the stage: title, what a column is, legends; at the end of the walk the norm before and after clipping.
#include "stage_inner.h"
#include <math.h>
#include <stdio.h>

static const char *title_of(const struct stage *s) {
    if (!s->step || s->step->phase == PHASE_FORWARD) return s->backward ? "Backward pass" : "Forward pass";
    if (s->step->phase == PHASE_LOSS) return s->backward ? "Backward pass" : "Loss";
    if (!s->backward) return "Forward pass";
    return s->step->phase == PHASE_CLIP ? "Clip" : s->step->phase == PHASE_UPDATE ? "Update" : "Backward pass";
}

static struct text_style caption(const struct stage *s, float size) {
    return (struct text_style){FONT_SANS_MEDIUM, size, s->theme->ink3, ALIGN_LEFT};
}

static float header_title(struct stage *s) {
    return view_title(s->ui, s->r, s->scene, title_of(s));
}

// "one character per timestep, layer 2 of 3, reverse"; what a tile is where it is not one unit.
static void subtitle(struct stage *s, char *out, size_t size) {
    const char *word = s->scene->unit_word ? s->scene->unit_word : "symbol";
    const struct stage_track *track = &s->tracks[s->shown];
    struct strip_grid grid = strip_grid_for((rect){0, 0, 63, strip_area_height(s->H)}, s->H);
    char update[80];
    scene_update_words(s->scene, update, sizeof update);
    int n = snprintf(out, size, "%s%sone %s per timestep", update, *update ? "; " : "", word);
    if (s->layers > 1) n += snprintf(out + n, size - (size_t)n, ", layer %d of %d", track->layer + 1, s->layers);
    if (s->directions > 1) n += snprintf(out + n, size - (size_t)n, ", %s", track->direction ? "reverse" : "forward");
    if (grid.merged > 1) snprintf(out + n, size - (size_t)n, ", a tile is the mean of %d units", grid.merged);
}

static void forward_header(struct stage *s) {
    float x = header_title(s) + 6, end = s->r.x + s->r.w;
    bool gates = false;
    for (int k = 0; k < s->tracks[s->shown].row_count; k++)
        gates |= s->tracks[s->shown].rows[k].kind == STRIP_GATE;
    float legend = end - (gates ? 346 : 184), room = legend - 16 - x;
    if (legend > x) stage_legend_values(s, legend, s->r.y + 25, gates);
    char text[224];
    subtitle(s, text, sizeof text);
    struct text_style style = {FONT_SANS, 14, s->theme->ink3, ALIGN_LEFT};
    if (text_width(s->list, text, style) > room)
        snprintf(text, sizeof text, "one %s a step", s->scene->unit_word ? s->scene->unit_word : "symbol");
    if (text_width(s->list, text, style) <= room) draw_text(s->list, x, s->r.y + 30, text, style);
}

// Clip: the norm before and after as two bars on one scale, in the header's right half.
static void clip_header(struct stage *s, float x) {
    double before = s->record->grad_norm, after = before * s->record->clip_scale;
    struct text_style small = caption(s, 13), number = {FONT_SANS_SEMIBOLD, 13, s->theme->ink1, ALIGN_LEFT};
    float y = s->r.y + 30, right = s->r.x + s->r.w - 24;
    x += draw_text(s->list, x, y, s->record->clip_scale < 1 ? "norm before" : "norm, under the limit", small) + 8;
    x += draw_value(s->list, x, y, (struct source){"clip/grad_norm", 0, -1, before}, 3, false, number) + 8;
    float track = fminf(160, (right - x - 130) / (s->record->clip_scale < 1 ? 2 : 1));
    if (track < 20) return;
    color pale = color_mix(s->theme->gr_p, s->theme->panel, 0.6f);
    draw_rect(s->list, (rect){x, y - 11, track, 12}, s->record->clip_scale < 1 ? pale : s->theme->gr_p, 2);
    x += track + 18;
    if (!(s->record->clip_scale < 1)) return;
    x += draw_text(s->list, x, y, "after", small) + 8;
    x += draw_value(s->list, x, y, (struct source){"sum/norm_after", -1, -1, after}, 3, false, number) + 8;
    draw_rect(s->list, (rect){x, y - 11, track * (float)s->record->clip_scale, 12}, s->theme->gr_p, 2);
}

static void backward_header(struct stage *s) {
    float x = header_title(s) + 6, y = s->r.y + 25, right = s->r.x + s->r.w;
    if (s->step && s->step->phase == PHASE_CLIP) {
        clip_header(s, x);
        return;
    }
    const struct {
        color ink;
        const char *text;
    } sources[] = {{s->theme->grad,
                    s->layers > 1 ? "from this step\u2019s loss or the layer above" : "from this step\u2019s loss"},
                   {s->theme->grad_f, "from the future"}};
    struct text_style style = {FONT_SANS_MEDIUM, 13, s->theme->ink2, ALIGN_LEFT};
    for (int k = 0; k < 2; k++) {
        if (x + 33 + text_width(s->list, sources[k].text, style) > right - 12) return;
        wire_draw(s->list, (point[]){{x + 26, y}, {x, y}}, 2,
                  (struct wire_style){sources[k].ink, .width = 3.5f, .head = 8});
        x += 33;
        x += draw_text(s->list, x, y + 5, sources[k].text, style) + 13;
    }
    for (int with_length = 1; with_length >= 0; with_length--) {
        float width = stage_legend_gradient(s, 0, 0, with_length, false),
              at = with_length ? right - 314 : right - 24 - width;
        if (at < x + 6) at = right - 16 - width;
        if (at < x + 6) continue;
        stage_legend_gradient(s, at, y, with_length, true);
        return;
    }
}

void stage_header(struct stage *s) {
    if (s->backward)
        backward_header(s);
    else
        forward_header(s);
}
