// The narration: one sentence about the running step under the stage, beside the highlighter.
#include "mathbox.h"
#include "stage.h"
#include "str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOW_WINDOW = 800, LINES = 2 }; // lines kept free, so that the stage does not jump from step to step

// The sentence with its numbers written out: a marker \x01 K \x02 becomes values[K], in bold.
static void narration_text(struct str *out, const struct narration *narration) {
    bool bold = false;
    for (const char *at = narration->text; *at; at++) {
        if (at[0] == '*' && at[1] == '*') {
            bold = !bold;
            str_put(out, "**");
            at++;
        } else if (*at == '\x01') {
            int k = (int)strtol(at + 1, NULL, 10);
            char number[40] = "";
            if (k >= 0 && k < narration->count)
                format_value(number, sizeof number, narration->values[k].value, narration->values[k].digits, false);
            str_printf(out, bold ? "%s" : "**%s**", number);
            while (*at && *at != '\x02') at++;
            if (!*at) break;
        } else
            str_put_char(out, *at);
    }
}

struct sentence {
    struct rich_style style;
    float height; // of the text
    int lines;
};

static struct rich_style style_at(const struct ui *ui, float size) {
    float line = size >= 18 ? 29 : size >= 17 ? 27 : size >= 16 ? 25 : 22;
    return (struct rich_style){.size = size, .line_height = line, .ink = ui->theme->ink2, .bold = ui->theme->ink1};
}

static float text_room(float width) { return fmaxf(80, width - 90); }

// The largest size at which the sentence keeps to its lines: 18 in a window of full height, 15 in a low one.
static struct sentence fit(struct ui *ui, float width, const char *text) {
    struct sentence sentence = {0};
    float size = ui->list->bounds.h < LOW_WINDOW ? 15 : 18;
    for (; size >= 15; size -= 1) {
        sentence.style = style_at(ui, size);
        sentence.height = rich_text(ui->list, ui->theme, 0, 0, text_room(width), text, sentence.style, false);
        sentence.lines = (int)lroundf(sentence.height / sentence.style.line_height);
        if (sentence.lines <= LINES) break;
    }
    return sentence;
}

static float bottom_margin(const struct ui *ui) { return ui->list->bounds.h < LOW_WINDOW ? 12 : 30; }

float view_narration_height(struct ui *ui, float width, const struct scene *scene) {
    float size = ui->list->bounds.h < LOW_WINDOW ? 15 : 18, kept = style_at(ui, size).line_height * LINES;
    float pad = ui->list->bounds.h < LOW_WINDOW ? 6 : 12;
    if (!scene->narration) return kept + pad + bottom_margin(ui);
    struct str text = {0};
    narration_text(&text, scene->narration);
    struct sentence sentence = fit(ui, width, str_text(&text));
    str_release(&text);
    return fmaxf(kept, sentence.height) + pad + bottom_margin(ui);
}

void view_narration(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    if (!scene->narration || r.h < 20) return;
    struct str text = {0};
    narration_text(&text, scene->narration);
    struct sentence sentence = fit(ui, r.w, str_text(&text));
    float line = sentence.style.line_height;
    draw_clip_push(ui->list, r);
    draw_rect(ui->list, (rect){r.x + 24, r.y, 4, r.h - bottom_margin(ui)}, ui->theme->hi, 2);
    rich_text(ui->list, ui->theme, r.x + 44, r.y + line * 0.83f, text_room(r.w), str_text(&text), sentence.style, true);
    draw_clip_pop(ui->list);
    str_release(&text);
}
