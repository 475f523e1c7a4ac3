// The Tokens card: one example cut into its symbols, each with its index; of numbers a line chart.
#include "bench_example.h"
#include "data_page.h"
#include "mathbox.h"
#include "token.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 206, TARGETS = 70, CHIP = 32, CHIP_GAP = 7, CHIP_LEAST = 26, CHIP_MOST = 180, MIN_COUNT_MOST = 100000 };

static bool has_targets(const struct dataset *d) {
    return d->answers == ANSWERS_SEQUENCE && d->symbols && d->output == VALUES_SYMBOLS;
}

float data_tokens_height(const struct data_page *page) {
    return HEIGHT + (has_targets(page->look->data) ? TARGETS : 0);
}

// How the texts are cut is the person's choice where the file holds texts.
static bool can_cut(const struct dataset *d) {
    static const char *const readers[] = {"text", "labelled", "pairs", "folder", "jsonl", "fasta"};
    for (size_t k = 0; k < sizeof readers / sizeof *readers; k++)
        if (!strcmp(d->reader, readers[k])) return d->symbols && d->vocabulary.tokens != TOKENS_LABEL;
    return false;
}

// ---- the example ----

struct strip { // the symbols of one side
    const struct vocabulary *vocabulary;
    const struct dataset *read; // the input's, from `start`; else NULL: `symbols`
    size_t start;
    const int *symbols;
    long count;
    bool ends; // <EOS> behind them
    const int *tags;
    const struct vocabulary *tag_names;
};

static struct strip input_strip(const struct dataset *d, int example) {
    const struct dataset_example *e = &d->examples[example];
    struct strip strip = {.vocabulary = &d->vocabulary,
                          .read = d,
                          .start = e->start,
                          .count = d->shape == TEXT_WHOLE ? (long)d->symbol_count : e->length,
                          .ends = d->answers == ANSWERS_NEXT && d->shape == TEXT_LINES};
    if (d->answers == ANSWERS_EACH && d->output == VALUES_SYMBOLS && d->labels.count > 0) {
        strip.tags = d->answer_symbols + dataset_answer(d, example).start;
        strip.tag_names = &d->labels;
    }
    return strip;
}

static struct strip target_strip(const struct dataset *d, int example) {
    const struct dataset_answer answer = dataset_answer(d, example);
    return (struct strip){.vocabulary = dataset_answer_vocabulary(d),
                          .symbols = d->answer_symbols + answer.start,
                          .count = answer.length,
                          .ends = true};
}

static int symbol_at(const struct strip *strip, long k) {
    return k >= strip->count ? VOCABULARY_EOS
           : strip->read     ? dataset_symbol(strip->read, strip->start + (size_t)k)
                             : strip->symbols[k];
}

static void chip(struct ui *ui, rect r, const struct vocabulary *vocabulary, int index) {
    bool marked = vocabulary_first(vocabulary) > 0, unknown = marked && index == VOCABULARY_UNK,
         end = marked && index == VOCABULARY_EOS;
    const struct theme *theme = ui->theme;
    draw_rect(ui->list, r, unknown ? theme->hi : end ? theme->btn : theme->stage, 6);
    draw_box(ui->list, r, unknown ? theme->ink1 : end ? theme->btn : theme->line2, 6, 1);
    color ink = unknown ? theme->on_hi : end ? theme->on_btn : theme->ink1;
    if (unknown || end)
        draw_text(ui->list, r.x + r.w / 2, r.y + 21, vocabulary->texts[index],
                  text_of(FONT_MONO_SEMIBOLD, 14, ink, ALIGN_CENTER));
    else
        token_draw_fit(ui->list, r.x + r.w / 2, r.y + 21, r.w - 8, vocabulary->texts[index], 14, FONT_MONO, ink);
}

static float chip_width(struct ui *ui, const struct strip *strip, long k) {
    int index = symbol_at(strip, k);
    const char *text = strip->vocabulary->texts[index];
    bool mark = vocabulary_first(strip->vocabulary) > 0 && index < VOCABULARY_FIRST;
    float w = mark ? text_width(ui->list, text, data_text(ui, FONT_MONO_SEMIBOLD, 14, 1, ALIGN_LEFT))
                   : token_width(ui->list, text, 14, FONT_MONO);
    if (strip->tags && k < strip->count && strip->tags[k] >= 0)
        w = fmaxf(w, text_width(ui->list, strip->tag_names->texts[strip->tags[k]],
                                data_text(ui, FONT_SANS_MEDIUM, 13, 1, ALIGN_LEFT)) -
                         12);
    return fminf(CHIP_MOST, fmaxf(CHIP_LEAST, w + 16));
}

// From token `first` on, as many as there is room for; returns how many.
static long draw_strip(struct ui *ui, rect r, const struct strip *strip, long first) {
    float x = r.x;
    long all = strip->count + strip->ends, k = first;
    for (; k < all; k++) {
        float w = chip_width(ui, strip, k);
        if (x + w > r.x + r.w) break;
        int index = symbol_at(strip, k);
        char number[16];
        chip(ui, (rect){x, r.y, w, CHIP}, strip->vocabulary, index);
        snprintf(number, sizeof number, "%d", index + 1);
        draw_text(ui->list, x + w / 2, r.y + 50, number, data_text(ui, FONT_SANS_MEDIUM, 13, 3, ALIGN_CENTER));
        if (strip->tags && k < strip->count && strip->tags[k] >= 0)
            draw_text(ui->list, x + w / 2, r.y + 74, strip->tag_names->texts[strip->tags[k]],
                      data_text(ui, FONT_SANS_MEDIUM, 13, 1, ALIGN_CENTER));
        x += w + CHIP_GAP;
    }
    return k - first;
}

// The strip of the input can be walked along: wheel, arrows.
static void walk_strip(struct app *app, rect r, const struct strip *strip) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    long all = strip->count + strip->ends, last = all - 1;
    ui_id id = ui_make_id(ui, "tokens");
    struct ui_result result = ui_control(ui, id, r, true);
    if (result.focused) {
        if (ui_take_key(ui, KEY_RIGHT, 0)) page->token++;
        if (ui_take_key(ui, KEY_LEFT, 0)) page->token--;
        if (ui_take_key(ui, KEY_HOME, 0)) page->token = 0;
        if (ui_take_key(ui, KEY_END, 0)) page->token = last;
        if (ui_take_key(ui, KEY_PAGE_DOWN, 0)) page->token += 10;
        if (ui_take_key(ui, KEY_PAGE_UP, 0)) page->token -= 10;
    }
    page->tokens_at = r;
    if (page->token > last) page->token = last;
    if (page->token < 0) page->token = 0;
    float width = 0; // no further than the last one at the right end
    long k = all;
    while (k > 0 && width + chip_width(ui, strip, k - 1) <= r.w)
        width += chip_width(ui, strip, --k) + CHIP_GAP;
    if (page->token > k) page->token = k;
    ui_focus_ring(ui, id, (rect){r.x - 4, r.y - 4, r.w + 8, CHIP + 8}, 8);
}

// What <UNK> was, or what is not in sight.
static void remark(struct app *app, rect r, const struct strip *strip, long shown) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    struct rich_style style = {.size = 14, .line_height = 20, .ink = ui->theme->ink2, .bold = ui->theme->ink1};
    long all = strip->count + strip->ends, min_count = page->shown.reading.min_count;
    char text[256], token[96];
    for (long k = page->token; k < page->token + shown && k < strip->count && min_count > 1; k++) {
        if (symbol_at(strip, k) != VOCABULARY_UNK) continue;
        if (!data_look_original(page->look, (int)page->example, (int)k, token, sizeof token)) break;
        if (strpbrk(token, "`\x01")) continue;
        snprintf(text, sizeof text, "`%s` occurs fewer than %ld times in the file, so it is read as `<UNK>`.", token,
                 min_count);
        rich_text(ui->list, ui->theme, r.x, r.y, r.w, text, style, true);
        return;
    }
    if (shown >= all) return;
    char from[24], to[24], of[24];
    format_count(from, sizeof from, page->token + 1);
    format_count(to, sizeof to, page->token + shown);
    format_count(of, sizeof of, all);
    snprintf(text, sizeof text, "%s to %s of %s; the wheel, or the arrows after Tab, go along", from, to, of);
    draw_text_fit(ui->list, r.x, r.y, r.w, text, data_text(ui, FONT_SANS, 14, 3, ALIGN_LEFT));
}

// ---- what is chosen ----

static void cut_row(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    struct data_choices *c = &page->setup.reading;
    const struct vocabulary *vocabulary = &page->look->data->vocabulary;
    bool lower = c->lower > 0;
    char text[96], dropped[32], all[32];
    float x = r.x, middle = r.y + r.h / 2 + 5;
    if (ui_toggle(ui, (rect){x, r.y + 2, 126, 28}, "lower case", &lower)) {
        c->lower = lower ? 1 : 0;
        data_page_read(app);
    }
    x += 142;
    struct text_style quiet = data_text(ui, FONT_SANS, 14, 2, ALIGN_LEFT), strong = quiet;
    strong.font = FONT_SANS_SEMIBOLD;
    strong.color = ui->theme->ink1;
    bool wide = r.w > 620;
    x += draw_text(ui->list, x, middle, wide ? "keep tokens seen at least" : "seen at least", quiet) + 8;
    if (ui_text_field(ui, (rect){x, r.y + 2, 52, 28}, "least count", page->count_field, sizeof page->count_field,
                      "1")) {
        long count = strtol(page->count_field, NULL, 10);
        count = count < 1 ? 1 : count > MIN_COUNT_MOST ? MIN_COUNT_MOST : count;
        snprintf(page->count_field, sizeof page->count_field, "%ld", count);
        if (count != (c->min_count > 1 ? c->min_count : 1)) {
            c->min_count = count > 1 ? count : 0;
            data_page_read(app);
        }
    }
    x += 60;
    x += draw_text(ui->list, x, middle, !strcmp(page->count_field, "1") ? "time" : "times", quiet) + 30;
    format_count(dropped, sizeof dropped, vocabulary->dropped);
    format_count(all, sizeof all, vocabulary->dropped + vocabulary->count - vocabulary_first(vocabulary));
    snprintf(text, sizeof text, "%s of %s", dropped, all);
    const char *what = vocabulary->tokens == TOKENS_WORD ? "words dropped" : "dropped";
    float needed = text_width(ui->list, what, quiet) + 8 + text_width(ui->list, text, strong);
    if (x + needed > r.x + r.w) return;
    x += draw_text(ui->list, x, middle, what, quiet) + 8;
    draw_text(ui->list, x, middle, text, strong);
}

static const char *const *cut_words(float width) { // as enum token_kind
    static const char *const words[] = {"Characters", "Words", "Bytes"}, *const narrow[] = {"Chars", "Words", "Bytes"};
    return width < 480 ? narrow : words;
}

static void cut_choice(struct app *app, rect r, const char *const *kinds) {
    struct data_choices *c = &app->data_page->setup.reading;
    int now = c->tokens > 0 ? c->tokens - 1 : TOKENS_CHARACTER,
        chosen = ui_segments(&app->ui, r, "tokens are", kinds, NULL, 3, now, false);
    if (chosen == now) return;
    c->tokens = 1 + chosen;
    data_page_read(app);
}

// "line 36, class 4"
static void example_name(const struct data_page *page, char *out, size_t size) {
    const struct dataset *d = page->look->data;
    char number[32];
    out[0] = 0;
    if (d->shape == TEXT_WHOLE) {
        snprintf(out, size, d->symbols ? "of the whole text" : "the whole series");
        return;
    }
    const struct dataset_example *e = &d->examples[page->example];
    bool line = e->line > 0 && d->examples[d->example_count - 1].line != d->examples[0].line;
    format_count(number, sizeof number, line ? e->line : page->example + 1);
    snprintf(out, size, line ? "line %s" : "example %s", number);
    if (dataset_has_classes(d))
        snprintf(out + strlen(out), size - strlen(out), ", class %s",
                 d->labels.texts[d->answer_symbols[dataset_answer(d, page->example).start]]);
}

static void step_example(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    long last = data_look_examples(page->look) - 1;
    if (last < 1) return;
    int way = ui_icon_button(ui, (rect){r.x + 28, r.y, 28, 28}, ICON_CHEVRON_RIGHT, 18, "Next example (→)", false) -
              ui_icon_button(ui, (rect){r.x, r.y, 28, 28}, ICON_CHEVRON_LEFT, 18, "Example before (←)", false);
    if (way == 0 || page->example + way < 0 || page->example + way > last) return;
    page->example += way;
    page->token = 0;
}

static void symbols(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    const struct dataset *d = page->look->data;
    struct strip strip = input_strip(d, (int)page->example);
    rect row = {r.x + 20, r.y + 58, r.w - 40, 62};
    walk_strip(app, row, &strip);
    long shown = draw_strip(ui, row, &strip, page->token);
    float y = row.y + 56;
    if (has_targets(d)) {
        struct strip target = target_strip(d, (int)page->example);
        draw_text(ui->list, row.x, y + 31, "→", data_text(ui, FONT_SANS_SEMIBOLD, 16, 3, ALIGN_LEFT));
        draw_strip(ui, (rect){row.x + 26, y + 10, row.w - 26, 62}, &target, 0);
        y += TARGETS;
    }
    if (!strip.tags) remark(app, (rect){row.x, y + 24, row.w, 0}, &strip, shown);
    draw_hline(ui->list, r.x + 20, r.x + r.w - 20, r.y + r.h - 50, ui->theme->line);
    rect foot = {r.x + 20, r.y + r.h - 42, r.w - 40, 32};
    if (can_cut(d))
        cut_row(app, foot);
    else
        draw_text_fit(ui->list, foot.x, foot.y + 21, foot.w,
                      d->task ? "The task says what its symbols are." : "The file says what its symbols are.",
                      data_text(ui, FONT_SANS, 14, 3, ALIGN_LEFT));
}

void data_draw_tokens(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    const struct dataset *d = page->look->data;
    const char *const *kinds = cut_words(r.w);
    float cut = can_cut(d) ? ui_segments_width(ui, kinds, NULL, 3, false) : 0;
    char name[160];
    example_name(page, name, sizeof name);
    ui_push_id(ui, "tokens card");
    const char *card = d->symbols ? "Tokens" : d->input == VALUES_SETS ? "Notes" : "Numbers";
    data_card(ui, r, card, NULL);
    float title = text_width(ui->list, card, data_text(ui, FONT_SANS_SEMIBOLD, 16, 1, ALIGN_LEFT));
    step_example(app, (rect){r.x + r.w - 20 - cut - (cut > 0 ? 12 : 0) - 56, r.y + 14, 56, 28});
    draw_text_fit(ui->list, r.x + 30 + title, r.y + 33, r.w - title - 118 - (cut > 0 ? cut + 12 : 0), name,
                  data_text(ui, FONT_SANS, 14, 3, ALIGN_LEFT));
    if (cut > 0) cut_choice(app, (rect){r.x + r.w - 20 - cut, r.y + 14, cut, 28}, kinds);
    if (d->symbols)
        symbols(app, r);
    else
        data_draw_chart(app, (rect){r.x, r.y + 48, r.w, r.h - 48}, (int)page->example);
    ui_pop_id(ui);
}
