// The probability of a sentence: two sentences, each as the product of its factors P(y<t> | y<1> .. y<t-1>), token
// under token, and which of them is likelier. The core has measured them; nothing is computed here.

#include "sentence_parts.h"
#include "mathbox.h"
#include "token.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN = 22, VALUE = 16, ROW_GAP = 12, BLOCK_GAP = 18, DECADES = 4 };
enum { BAR_LEAST = 28, BAR_MOST = 170, PITCH_MOST = 96, FIELD_MOST = 520 };

const char *const sentence_letters[SENTENCES] = {"A", "B"};

struct source sheet_source(int which, enum sentence_number number, int t, double value) {
    static const char *const names[SENTENCES][SENTENCE_NUMBERS] = {
        {"sentence/a/p", "sentence/a/ln_p", "sentence/a/ln", "sentence/a/probability", "sentence/a/nats",
         "sentence/a/bits", "sentence/a/perplexity"},
        {"sentence/b/p", "sentence/b/ln_p", "sentence/b/ln", "sentence/b/probability", "sentence/b/nats",
         "sentence/b/bits", "sentence/b/perplexity"}};
    return (struct source){names[which][number], t, -1, value};
}

struct text_style sheet_text(enum font font, float size, color ink, enum align align) {
    return (struct text_style){font, size, ink, align};
}

const struct likelihood *sheet_likelihood(const struct sheet *sheet, int which) {
    return &sheet->spoken->sentences[which].likelihood;
}

const char *sheet_token(const struct sheet *sheet, int which, int t) {
    return sheet->spoken->symbols[sheet_likelihood(sheet, which)->symbols[t]];
}

bool sheet_has(const struct sheet *sheet, int which, int t) {
    return t >= 0 && t < sheet_likelihood(sheet, which)->count;
}

static bool differs(const struct sheet *sheet, int t) {
    return !sheet_has(sheet, 0, t) || !sheet_has(sheet, 1, t) ||
           sheet_likelihood(sheet, 0)->symbols[t] != sheet_likelihood(sheet, 1)->symbols[t];
}

int sheet_digits(double p) {
    return p >= 0.0995 ? 2 : p >= 0.00995 ? 3 : p >= 0.000995 ? 4 : -1;
}

struct sheet sheet_open(struct ui *ui, const struct scene *scene) {
    struct sheet sheet = {.ui = ui,
                          .list = ui->list,
                          .theme = ui->theme,
                          .scene = scene,
                          .spoken = scene->spoken,
                          .memory = scene->memory};
    for (int k = 0; k < SENTENCES; k++)
        if (sheet_likelihood(&sheet, k)->count > sheet.longest) sheet.longest = sheet_likelihood(&sheet, k)->count;
    sheet.selected = sheet.memory->selected - 1;
    for (int t = 0; sheet.selected < 0 && t < sheet.longest; t++)
        if (differs(&sheet, t)) sheet.selected = t;
    if (sheet.selected >= sheet.longest) sheet.selected = sheet.longest - 1;
    if (sheet.selected < 0 && sheet.longest > 0) sheet.selected = 0;
    return sheet;
}

// --- the two fields ---

static void take_texts(const struct spoken *spoken, struct sentence_memory *memory) {
    for (int k = 0; k < SENTENCES; k++) {
        const char *text = spoken->sentences[k].text;
        if (!strcmp(memory->seen[k], text)) continue;
        snprintf(memory->seen[k], SPOKEN_TEXT, "%s", text);
        snprintf(memory->text[k], SPOKEN_TEXT, "%s", text);
        memory->selected = 0;
    }
}

static const char *remark(const struct sheet *sheet, int which) {
    const struct spoken_sentence *sentence = &sheet->spoken->sentences[which];
    return *sentence->problem ? sentence->problem : sentence->remark;
}

static float field_width(float row) {
    return fminf(FIELD_MOST, row - SENTENCE_LETTER + 12);
}

// What is to be said about a text stands beside its field, or below where it does not fit.
static bool remarks_below(const struct sheet *sheet, float row) {
    struct text_style style = sheet_text(FONT_SANS_MEDIUM, 13, sheet->theme->ink1, ALIGN_LEFT);
    float room = row - SENTENCE_LETTER - field_width(row) - 24;
    for (int k = 0; k < SENTENCES; k++)
        if (*remark(sheet, k) && text_width(sheet->list, remark(sheet, k), style) > room) return true;
    return false;
}

static void field(struct sheet *sheet, rect r, int which, bool below) {
    char *text = sheet->memory->text[which];
    draw_text(sheet->list, r.x, r.y + 21, sentence_letters[which],
              sheet_text(FONT_SANS_SEMIBOLD, 16, sheet->theme->ink1, ALIGN_LEFT));
    rect box = {r.x + SENTENCE_LETTER - 12, r.y, field_width(r.w), 32};
    ui_push_id_int(sheet->ui, which);
    if (ui_text_field(sheet->ui, box, "sentence", text, SPOKEN_TEXT, "type a sentence and press Enter")) {
        struct ask *ask = &sheet->scene->state->ask;
        *ask = (struct ask){.kind = ASK_SENTENCE, .index = which};
        snprintf(ask->text, sizeof ask->text, "%s", text);
    }
    ui_pop_id(sheet->ui);
    if (!*remark(sheet, which)) return;
    color ink = *sheet->spoken->sentences[which].problem ? sheet->theme->err : sheet->theme->warn;
    float x = below ? box.x : box.x + box.w + 12, y = below ? r.y + 32 : r.y;
    icon_draw(sheet->list, ICON_WARN, x, y + 7, 18, ink, 1.6f);
    draw_text_fit(sheet->list, x + 24, y + 21, r.x + r.w - x - 24, remark(sheet, which),
                  sheet_text(FONT_SANS_MEDIUM, 13, ink, ALIGN_LEFT));
}

// --- the factors ---

static float row_height(const struct sheet *sheet) {
    return TOKEN + sheet->bar + VALUE + ROW_GAP;
}

// Sentences that have a probability, and so a row.
static int rows_of(const struct sheet *sheet) {
    int n = 0;
    for (int k = 0; k < SENTENCES; k++)
        n += sheet_likelihood(sheet, k)->count > 0;
    return n > 0 ? n : 1;
}

static float block_height(const struct sheet *sheet) {
    return (float)rows_of(sheet) * row_height(sheet) + BLOCK_GAP;
}

// On a log scale, hanging from 1: what is unlikely is long.
static void bar(const struct sheet *sheet, rect r, double ln_p, bool selected) {
    float part = (float)(-ln_p / (DECADES * log(10)));
    float length = fminf(1, fmaxf(0, part)) * r.h;
    rect filled = {r.x, r.y, r.w, fmaxf(1, length)};
    draw_rect_exact(sheet->list, filled, sheet->theme->loss, 1.5f);
    if (part > 1) // longer than the scale
        draw_rect_exact(sheet->list, (rect){r.x - 1, r.y + r.h - 8, r.w + 2, 2}, sheet->theme->stage, 0);
    if (selected)
        draw_box(sheet->list, (rect){r.x - 2, r.y - 2, r.w + 4, fmaxf(1, length) + 4}, sheet->theme->ink1, 3, 1.5f);
}

static void factor(const struct sheet *sheet, float x, float y, int which, int t) {
    const struct likelihood *likelihood = sheet_likelihood(sheet, which);
    bool selected = t == sheet->selected;
    token_draw_fit(sheet->list, x, y + 14, sheet->pitch - 6, sheet_token(sheet, which, t), 16,
                   selected ? FONT_MONO_SEMIBOLD : FONT_MONO, sheet->theme->ink1);
    bar(sheet, (rect){x - 7, y + TOKEN, 14, sheet->bar}, likelihood->ln_p[t], selected);
    double p = likelihood->p[t];
    draw_value(sheet->list, x, y + TOKEN + sheet->bar + 15, sheet_source(which, SENTENCE_P, t, p), sheet_digits(p),
               false,
               sheet_text(selected ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12, sheet->theme->ink2, ALIGN_CENTER));
}

static void scale(const struct sheet *sheet, float x, float y) {
    static const char *const marks[DECADES + 1] = {"1", "0.1", "0.01", "10⁻³", "10⁻⁴"};
    for (int k = 0; k <= DECADES; k += 2)
        draw_text(sheet->list, x, y + 4 + sheet->bar * (float)k / DECADES, marks[k],
                  sheet_text(FONT_SANS_MEDIUM, 12, sheet->theme->ink3, ALIGN_RIGHT));
}

static float column_x(const struct sheet *sheet, rect r, int column) {
    return r.x + SENTENCE_LETTER + ((float)column + 0.5f) * sheet->pitch;
}

static void block(const struct sheet *sheet, rect r, int first) {
    int count = sheet->longest - first < sheet->columns ? sheet->longest - first : sheet->columns;
    for (int c = 0; c < count; c++) {
        int t = first + c;
        rect column = {column_x(sheet, r, c) - sheet->pitch / 2, r.y - 4, sheet->pitch,
                       (float)rows_of(sheet) * row_height(sheet)};
        if (t == sheet->selected)
            draw_rect(sheet->list, column, sheet->theme->hi_soft, 6);
        else if (differs(sheet, t) && sheet_likelihood(sheet, 0)->count > 0 && sheet_likelihood(sheet, 1)->count > 0)
            draw_rect(sheet->list, column, sheet->theme->sunk, 6);
    }
    for (int k = 0; k < SENTENCES; k++) {
        bool second = k == 1 && rows_of(sheet) == SENTENCES;
        float y = r.y + (second ? row_height(sheet) : 0);
        if (!sheet_has(sheet, k, first)) continue;
        draw_text(sheet->list, r.x, y + 14, sentence_letters[k],
                  sheet_text(FONT_SANS_SEMIBOLD, 14, sheet->theme->ink1, ALIGN_LEFT));
        scale(sheet, r.x + SENTENCE_LETTER - 6, y + TOKEN);
        int last =
            sheet_likelihood(sheet, k)->count - first < count ? sheet_likelihood(sheet, k)->count - first : count;
        for (int d = 0; d <= DECADES; d += 2)
            draw_hline(sheet->list, r.x + SENTENCE_LETTER, column_x(sheet, r, last - 1) + sheet->pitch / 2,
                       y + TOKEN + sheet->bar * (float)d / DECADES, sheet->theme->line);
        for (int c = 0; c < last; c++)
            factor(sheet, column_x(sheet, r, c), y, k, first + c);
    }
}

// A click chooses a token; Left and Right do with the keyboard.
static void choose(struct sheet *sheet, rect r, float offset) {
    ui_id id = ui_make_id(sheet->ui, "tokens");
    struct ui_result result = ui_control(sheet->ui, id, r, true);
    int to = -1;
    if (result.hovered) sheet->ui->cursor = CURSOR_HAND;
    if (result.clicked && !result.keyed) {
        float x = sheet->ui->pointer.x - r.x - SENTENCE_MARGIN - SENTENCE_LETTER,
              y = sheet->ui->pointer.y - r.y + offset;
        int column = (int)floorf(x / sheet->pitch);
        if (column >= 0 && column < sheet->columns) to = (int)(y / block_height(sheet)) * sheet->columns + column;
    }
    if (result.focused && ui_take_key(sheet->ui, KEY_RIGHT, 0)) to = sheet->selected + 1;
    if (result.focused && ui_take_key(sheet->ui, KEY_LEFT, 0)) to = sheet->selected - 1;
    if (to >= 0 && to < sheet->longest) {
        sheet->memory->selected = to + 1;
        sheet->ui->animating = true;
    }
    ui_focus_ring(sheet->ui, id, r, 6);
}

static void lay_out(struct sheet *sheet, float width) {
    float widest = 44;
    for (int k = 0; k < SENTENCES; k++) {
        const struct likelihood *likelihood = sheet_likelihood(sheet, k);
        for (int t = 0; t < likelihood->count; t++)
            widest = fmaxf(widest, token_width(sheet->list, sheet_token(sheet, k, t), 16, FONT_MONO) + 14);
    }
    // As wide as they need, and wider where there is room for all of them.
    float room = width - 2 * SENTENCE_MARGIN - SENTENCE_LETTER;
    sheet->pitch = fminf(widest, 110);
    if (sheet->longest > 0) sheet->pitch = fmaxf(sheet->pitch, fminf(PITCH_MOST, floorf(room / (float)sheet->longest)));
    sheet->columns = (int)(room / sheet->pitch);
    if (sheet->columns < 1) sheet->columns = 1;
}

static void factors(struct sheet *sheet, rect r) {
    int blocks = (sheet->longest + sheet->columns - 1) / sheet->columns;
    float room = (r.h - 8) / fmaxf(1, (float)blocks) - BLOCK_GAP;
    sheet->bar = fminf(BAR_MOST, fmaxf(BAR_LEAST, floorf(room / (float)rows_of(sheet) - TOKEN - VALUE - ROW_GAP)));
    float content = block_height(sheet) * (float)blocks;
    float offset = ui_scroll_begin(sheet->ui, r, "factors", content);
    choose(sheet, (rect){r.x, r.y - offset, r.w, fmaxf(content, 1)}, 0);
    for (int b = 0; b < blocks; b++) {
        rect at = {r.x + SENTENCE_MARGIN, r.y + 6 - offset + (float)b * block_height(sheet), r.w - 2 * SENTENCE_MARGIN,
                   block_height(sheet)};
        if (at.y + at.h > r.y && at.y < r.y + r.h) block(sheet, at, b * sheet->columns);
    }
    ui_scroll_end(sheet->ui);
}

// --- the view ---

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    rect top = rect_cut_top(&r, 48);
    float left = view_title(ui, top, scene, "Probability of a sentence");
    if (!scene->spoken) return;
    take_texts(scene->spoken, scene->memory);
    struct sheet sheet = sheet_open(ui, scene);
    const char *chain = "P=\\prod_{t}P(y^{<t>}~|~y^{<1>},\\ldots,y^{<t-1>})";
    if (scene->state->notation != NOTATION_COURSE) chain = "P=\\prod_{t}P(y_t~|~y_1,\\ldots,y_{t-1})";
    if (left + math_measure(ui->list, chain, 18).width + 40 < r.x + r.w)
        math_draw(ui->list, ui->theme, r.x + r.w - SENTENCE_MARGIN, top.y + 30, chain, 18, ui->theme->ink2,
                  ALIGN_RIGHT);
    ui_push_id(ui, "sentences");
    bool below = remarks_below(&sheet, r.w - 2 * SENTENCE_MARGIN);
    for (int k = 0; k < SENTENCES; k++) {
        rect row = rect_cut_top(&r, below && *remark(&sheet, k) ? 64 : 40);
        field(&sheet, (rect){row.x + SENTENCE_MARGIN, row.y, row.w - 2 * SENTENCE_MARGIN, 32}, k, below);
    }
    lay_out(&sheet, r.w);
    rect said = rect_cut_bottom(&r, ui->list->bounds.h < 800 ? 62 : 74);
    rect table = rect_cut_bottom(&r, SENTENCE_TABLE);
    rect_cut_top(&r, 6);
    factors(&sheet, r);
    sentence_table(&sheet, (rect){table.x + SENTENCE_MARGIN, table.y, table.w - 2 * SENTENCE_MARGIN, table.h});
    sentence_words(&sheet, said);
    ui_pop_id(ui);
}

static const char *misfit(const struct scene *scene) {
    return scene->spoken && *scene->spoken->no_sentence ? scene->spoken->no_sentence : NULL;
}

const struct view view_of_sentence = {
    .name = "sentence",
    .title = "Probability of a sentence",
    .about = "two sentences, factor by factor, and which is likelier",
    .key = 'q',
    .speaks = VIEW_SENTENCES,
    .memory = sizeof(struct sentence_memory),
    .misfit = misfit,
    .draw = draw,
    .side = sentence_side,
};
