// The left column of the Data page: what the file is, and what it becomes.
#include "data_page.h"
#include "mathbox.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PAD = 24, LINE = 28, USE_HEIGHT = 48, SAVE_HEIGHT = 36 };

static const char *separator_word(const char *separator) {
    static const char *const words[][2] = {{"\t", "tab"},  {",", "comma"}, {";", "semicolon"},
                                           {" ", "space"}, {"|", "|"},     {"_", "_"}};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (!strcmp(separator, words[k][0])) return words[k][1];
    return separator;
}

// "419 lines, 34 kB, comma, UTF-8"
static void file_facts(const struct data_look *look, char *out, size_t size) {
    const struct dataset *d = look->data;
    char part[64];
    out[0] = 0;
    const char *comma = "";
    const char *encoding = d->encoding ? text_encoding_titles[d->encoding] : "";
    if (preview_lines(look->preview) > 0) {
        data_number(part, sizeof part, preview_lines(look->preview) == 1 ? " line" : " lines",
                    preview_lines(look->preview));
        snprintf(out + strlen(out), size - strlen(out), "%s%s", comma, part);
        comma = ", ";
    }
    if (look->bytes > 0) {
        format_bytes(part, sizeof part, (int64_t)look->bytes);
        snprintf(out + strlen(out), size - strlen(out), "%s%s", comma, part);
        comma = ", ";
    }
    if (d->separator[0]) {
        snprintf(out + strlen(out), size - strlen(out), "%s%s", comma, separator_word(d->separator));
        comma = ", ";
    }
    if (*encoding) snprintf(out + strlen(out), size - strlen(out), "%s%s", comma, encoding);
    if (!out[0] || (look->bytes == 0 && !d->task)) snprintf(out, size, "%s", d->task ? "built-in task" : d->reason);
}

// A name on the left, a value on the right.
static void fact(struct ui *ui, rect r, float *y, const char *name, const char *value, bool maths) {
    struct draw_list *list = ui->list;
    struct text_style right = data_text(ui, FONT_SANS_MEDIUM, 14, 1, ALIGN_RIGHT);
    if (maths)
        math_draw(list, ui->theme, r.x, *y, name, 18, ui->theme->ink2, ALIGN_LEFT);
    else
        draw_text_fit(list, r.x, *y, r.w - text_width(list, value, right) - 8, name,
                      data_text(ui, FONT_SANS, 14, 2, ALIGN_LEFT));
    draw_text(list, r.x + r.w, *y, value, right);
    *y += LINE;
}

static const char *unit_plural(enum token_kind tokens) {
    static const char *const words[TOKENS_KIND_COUNT] = {"characters", "words", "bytes", "symbols"};
    return words[tokens];
}

// An example a row of the file?
static bool by_rows(const struct dataset *d) {
    static const char *const readers[] = {"text", "labelled", "pairs", "jsonl", "wide"};
    for (size_t k = 0; k < sizeof readers / sizeof *readers; k++)
        if (!strcmp(d->reader, readers[k])) return d->shape == TEXT_LINES;
    return false;
}

// Rows that made an example, of those that there are.
static void rows_used(struct ui *ui, const struct data_look *look, rect r, float *y) {
    const struct dataset *d = look->data;
    char text[96], used[32], all[32];
    format_count(used, sizeof used, d->shape == TEXT_WHOLE ? (long)d->symbol_count : d->example_count);
    format_count(all, sizeof all, preview_rows(look->preview));
    snprintf(text, sizeof text, by_rows(d) ? "%s of %s" : "%s", used, all);
    fact(ui, r, y, d->shape == TEXT_WHOLE ? "timesteps" : by_rows(d) ? "rows used" : "examples", text, false);
}

static void input_facts(struct ui *ui, const struct data_look *look, rect r, float *y) {
    const struct dataset *d = look->data;
    char text[96], number[32];
    if (!d->symbols) {
        snprintf(text, sizeof text, "%d", d->channels);
        fact(ui, r, y, d->input == VALUES_SETS ? "notes" : "channels", text, false);
    } else {
        format_count(number, sizeof number, d->vocabulary.count);
        snprintf(text, sizeof text, "%s %s", number, unit_plural(d->vocabulary.tokens));
        fact(ui, r, y, "vocabulary", text, false);
    }
    if (d->answers == ANSWERS_SEQUENCE && d->labels.count > 0) {
        data_number(text, sizeof text, "", d->labels.count);
        fact(ui, r, y, "of the targets", text, false);
    } else if (d->labels.count > 0) {
        data_number(text, sizeof text, "", d->labels.count);
        fact(ui, r, y, d->answers == ANSWERS_EACH ? "tags" : "classes", text, false);
    }
}

static void all_facts(struct ui *ui, const struct data_look *look, rect r, float y) {
    const struct dataset *d = look->data;
    char text[96], part[3][24];
    rows_used(ui, look, r, &y);
    input_facts(ui, look, r, &y);
    if (d->shape == TEXT_LINES) {
        snprintf(text, sizeof text, d->length_min == d->length_max ? "%d" : "up to %d", d->length_max);
        fact(ui, r, &y, "T_x", text, true);
    }
    if (d->answers == ANSWERS_SEQUENCE) {
        snprintf(text, sizeof text, "up to %d", d->answer_length_max);
        fact(ui, r, &y, "T_y", text, true);
    }
    if (!d->fresh) {
        for (int k = 0; k < DATA_PARTS; k++)
            format_count(part[k], sizeof part[k], look->parts[k]);
        bool test = d->test_count > 0;
        snprintf(text, sizeof text, test ? "%s / %s / %s" : "%s / %s", part[0], part[1], part[2]);
        float needed = text_width(ui->list, text, data_text(ui, FONT_SANS_MEDIUM, 14, 1, ALIGN_RIGHT)) + 8 +
                       text_width(ui->list, test ? "train / valid. / test" : "train / validation",
                                  data_text(ui, FONT_SANS, 14, 2, ALIGN_LEFT));
        bool tight = needed > r.w;
        fact(ui, r, &y,
             test    ? tight ? "split" : "train / valid. / test"
             : tight ? "train / valid."
                     : "train / validation",
             text, false);
    }
    if (d->symbols && d->symbol_count > 0 && vocabulary_first(&d->vocabulary) > 0) {
        double share = 100 * (double)d->vocabulary.counts[VOCABULARY_UNK] / (double)d->symbol_count;
        snprintf(text, sizeof text, "%.1f%% of tokens", share);
        fact(ui, r, &y, d->vocabulary.tokens == TOKENS_WORD ? "unknown words" : "unknown", text, false);
    }
}

// Figure, name, sentence and counts; what does not fit is scrolled to.
static void description(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const struct data_look *look = app->data_page->look;
    struct draw_list *list = ui->list;
    char text[512];
    struct rich_style style = {.size = 14, .line_height = 21, .ink = ui->theme->ink2, .bold = ui->theme->ink1};
    data_look_sentence(look, text, sizeof text);
    float w = r.w - 2 * PAD, sentence = plain_text(list, 0, 0, w, text, style, false), figure = r.h < 600 ? 122 : 150,
          content = 106 + figure + 30 + 10 + sentence + 18 + 32 + 8 * LINE;
    float offset = ui_scroll_begin(ui, r, "what it became", content);
    float x = r.x + PAD, y = r.y - offset;
    char facts[256];
    struct text_style title = data_text(ui, FONT_DISPLAY, 22, 1, ALIGN_LEFT);
    title.size = fmaxf(16, fminf(22, 22 * (w - 2) / text_width(list, data_look_name(look), title)));
    draw_text_fit(list, x, y + 36, w, data_look_name(look), title);
    file_facts(look, facts, sizeof facts);
    draw_text_fit(list, x, y + 60, w, facts, data_text(ui, FONT_SANS, 14, 3, ALIGN_LEFT));
    draw_text(list, x, y + 104, "Task", data_text(ui, FONT_SANS_SEMIBOLD, 13, 3, ALIGN_LEFT));
    if (!look->data->task) data_reading_chip(app, (rect){x + 48, y + 86, w - 48, 26});
    y += 126;
    data_draw_figure(app, (rect){x, y, w, figure});
    y += figure + 30;
    draw_text(list, x, y, data_look_kind(look), data_text(ui, FONT_SANS_SEMIBOLD, 16, 1, ALIGN_LEFT));
    plain_text(list, x, y + 10, w, text, style, true);
    y += 10 + sentence + 18;
    draw_hline(list, x, x + w, y, ui->theme->line);
    all_facts(ui, look, (rect){x, y, w, 0}, y + 32);
    ui_scroll_end(ui);
}

static void use_button(struct app *app, rect r, const char *label) {
    struct ui *ui = &app->ui;
    if (data_page_can_use(app)) {
        if (ui_button(ui, r, label, true)) data_page_use(app);
        return;
    }
    draw_rect(ui->list, r, ui->theme->sunk, 8); // nothing to press while it is read
    draw_text(ui->list, r.x + r.w / 2, r.y + 29, data_page_busy(app, NULL) ? "Reading; Esc stops it" : label,
              data_text(ui, FONT_SANS_SEMIBOLD, 14, 3, ALIGN_CENTER));
}

void data_draw_left(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const struct data_look *look = app->data_page->look;
    bool task = look->data->task != NULL;
    char label[96];
    rect foot = rect_cut_bottom(&r, PAD + USE_HEIGHT + 10 + SAVE_HEIGHT + 8);
    description(app, r);
    draw_hline(ui->list, foot.x, foot.x + foot.w - 1, foot.y, ui->theme->line);
    float room = foot.w - 2 * PAD - 8, save = ui_button_width(ui, "Save choices"),
          other = ui_button_width(ui, "Another file");
    rect row = {foot.x + PAD, foot.y + 8, task ? room + 8 : room * other / (other + save), SAVE_HEIGHT};
    bool close = ui_button(ui, row, "Another file", false); // once all is drawn
    row.x += row.w + 8;
    row.w = room - row.w;
    if (!task && ui_button(ui, row, "Save choices", false)) data_page_save(app);
    rect use = {foot.x + PAD, foot.y + 8 + SAVE_HEIGHT + 10, foot.w - 2 * PAD, USE_HEIGHT};
    bool whole = look->data->shape == TEXT_WHOLE;
    data_number(label, sizeof label, by_rows(look->data) ? " rows" : " examples", look->data->example_count);
    char button[128];
    snprintf(button, sizeof button,
             whole  ? "Use this %s"
             : task ? "Use this task"
                    : "Use %s",
             !whole                ? label
             : look->data->symbols ? "text"
                                   : "series");
    use_button(app, use, button);
    if (close) data_page_close(app);
}
