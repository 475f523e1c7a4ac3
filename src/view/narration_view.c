// The narration: one sentence about the running step under the stage, beside the highlighter.
#include "mathbox.h"
#include "stage.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOW_WINDOW = 800, LINES = 2 }; // lines kept free, so that the stage does not jump from step to step

// The sentence with what its numbers need to keep their sources.
struct sentence {
    char text[sizeof((struct narration *)0)->text];
    struct source sources[NARRATION_VALUES];
    int digits[NARRATION_VALUES];
    int count;
    struct rich_style style;
    float height; // of the text
};

static bool low(const struct ui *ui) {
    return ui->list->bounds.h < LOW_WINDOW;
}
static float largest(const struct ui *ui, const struct scene *scene) {
    return scene->presentation ? 19 : low(ui) ? 15 : 18;
}
static float pad(const struct ui *ui) {
    return low(ui) ? 6 : 12;
}
static float bottom_margin(const struct ui *ui) {
    return low(ui) ? 12 : 30;
}
static float text_room(float width) {
    return fmaxf(80, width - 90);
}

static struct rich_style style_at(const struct ui *ui, float size) {
    float line = size > 18 ? 30 : size >= 18 ? 29 : size >= 17 ? 27 : size >= 16 ? 25 : 22;
    return (struct rich_style){.size = size, .line_height = line, .ink = ui->theme->ink2, .bold = ui->theme->ink1};
}

static float put(struct ui *ui, const struct sentence *s, float x, float y, float width, bool draw) {
    return rich_text_values(ui->list, ui->theme, x, y, text_room(width), s->text, s->style, s->sources, s->digits,
                            s->count, draw);
}

// The words, with "?" in the place of every number that a question asks for.
static void fill_text(char *out, size_t size, const struct scene *scene) {
    const struct narration *said = scene->narration;
    size_t used = 0;
    for (const char *at = said->text; *at && used + 1 < size;) {
        const char *end = *at == '\x01' ? strchr(at, '\x02') : NULL;
        int k = end ? atoi(at + 1) : -1;
        const struct narration_value *value = k >= 0 && k < said->count ? &said->values[k] : NULL;
        if (value && scene_is_hidden(scene, value->tensor, value->row, value->column)) {
            out[used++] = '?';
            at = end + 1;
        } else
            out[used++] = *at++;
    }
    out[used] = 0;
}

// The largest size at which the sentence keeps to its lines: from 18 in a window of full height, 15 in a low
// one; in a presentation, where everything is larger, from 19.
static struct sentence make(struct ui *ui, float width, const struct scene *scene) {
    const struct narration *narration = scene->narration;
    struct sentence s = {.count = narration->count};
    fill_text(s.text, sizeof s.text, scene);
    for (int k = 0; k < s.count; k++) {
        const struct narration_value *value = &narration->values[k];
        s.sources[k] = (struct source){value->tensor, value->row, value->column, value->value};
        s.digits[k] = value->digits;
    }
    for (float size = largest(ui, scene); size >= 15; size -= 1) {
        s.style = style_at(ui, size);
        s.height = put(ui, &s, 0, 0, width, false);
        if (lroundf(s.height / s.style.line_height) <= LINES) break;
    }
    return s;
}

float view_narration_height(struct ui *ui, float width, const struct scene *scene) {
    float kept = style_at(ui, largest(ui, scene)).line_height * LINES;
    if (scene->narration) kept = fmaxf(kept, make(ui, width, scene).height);
    return kept + pad(ui) + bottom_margin(ui);
}

void view_narration(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    if (!scene->narration || r.h < 20) return;
    struct sentence s = make(ui, r.w, scene);
    draw_clip_push(ui->list, (rect){r.x, r.y - 4, r.w, r.h + 4}); // scripts over a tilde stand high
    draw_rect(ui->list, (rect){r.x + 24, r.y, 4, r.h - bottom_margin(ui)}, ui->theme->hi, 2);
    put(ui, &s, r.x + 44, r.y + s.style.line_height * 0.83f, r.w, true);
    draw_clip_pop(ui->list);
}
