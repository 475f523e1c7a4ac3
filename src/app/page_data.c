// The Data page: a file before it is used. On the left what it became, in the middle its columns, tokens, vocabulary
// and lengths, on the right what is wrong with it and how it is split.
#include "data_page.h"
#include "mathbox.h"
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- looks that the parts share ----

struct text_style data_text(const struct ui *ui, enum font font, float size, int ink, enum align align) {
    const struct theme *theme = ui->theme;
    return text_of(font, size, ink == 1 ? theme->ink1 : ink == 2 ? theme->ink2 : theme->ink3, align);
}

void data_card(struct ui *ui, rect r, const char *title, const char *about) {
    struct draw_list *list = ui->list;
    draw_rect(list, r, ui->theme->panel, 12);
    draw_box(list, r, ui->theme->line, 12, 1);
    float w = draw_text(list, r.x + 20, r.y + 33, title, data_text(ui, FONT_SANS_SEMIBOLD, 16, 1, ALIGN_LEFT));
    if (about)
        draw_text_fit(list, r.x + 30 + w, r.y + 33, r.w - 50 - w, about, data_text(ui, FONT_SANS, 14, 3, ALIGN_LEFT));
}

void data_bar(struct ui *ui, rect r) {
    draw_rect_exact(ui->list, r, color_mix(ui->theme->panel, ui->theme->ink3, 0.65f), fminf(2, r.w / 2));
}

void data_number(char *out, size_t size, const char *format, long count) {
    char number[32];
    format_count(number, sizeof number, count);
    int used = snprintf(out, size, "%s", number);
    if (used > 0 && (size_t)used < size) snprintf(out + used, size - (size_t)used, "%s", format);
}

// Takes `count` bytes out at `at`.
static void take_out(char *at, size_t count) {
    memmove(at, at + count, strlen(at + count) + 1);
}

void data_error_text(const struct err *err, bool place, char *out, size_t size) {
    struct err plain = *err;
    char *stop = strstr(plain.message, " (--on-problem stop)"), *done = strrchr(plain.message, ';');
    if (stop) // what is usually done was not
        snprintf(done ? done : stop, sizeof " (--on-problem stop)", "; stopped here");
    char *open = strstr(plain.message, " (--"), *close = open ? strchr(open, ')') : NULL;
    if (close) take_out(open, (size_t)(close - open) + 1);
    char *colon = strncmp(plain.message, "--", 2) == 0 ? strstr(plain.message, ": ") : NULL;
    if (colon) take_out(plain.message, (size_t)(colon - plain.message) + 2);
    if (place)
        err_format(&plain, out, size);
    else
        snprintf(out, size, "%s", plain.message);
}

// ---- layout ----

enum { GAP = 20, TOP = 16, BOTTOM = 24, ROWS_LEAST = 3, COUNTS_LEAST = 168, COUNTS_MOST = 300 };

// Before the page's own scrolling takes it.
static void take_wheel(struct app *app) {
    struct data_page *page = app->data_page;
    float x, y;
    if (ui_take_wheel(&app->ui, page->rows_at, &x, &y)) {
        page->row -= (long)roundf(y * 3);
        page->across += x * 48;
    }
    if (ui_take_wheel(&app->ui, page->tokens_at, &x, &y)) page->token += (long)roundf(x - y);
}

static void middle_cards(struct app *app, rect r) {
    struct data_page *page = app->data_page;
    float tokens = data_tokens_height(page), room = r.h - TOP - BOTTOM - 2 * GAP - tokens;
    bool narrow = r.w < 620; // then the two below stand over each other
    float counts = fminf(COUNTS_MOST, fmaxf(COUNTS_LEAST, roundf(room * 0.32f)));
    float rows = data_columns_height((long)fmaxf(ROWS_LEAST, (float)data_columns_fit(room - counts)));
    counts = fmaxf(counts, room - rows);
    float content = TOP + rows + tokens + counts + 2 * GAP + BOTTOM + (narrow ? counts + GAP : 0);
    take_wheel(app);
    float offset = ui_scroll_begin(&app->ui, r, "data", content);
    rect at = {r.x + 24, r.y + TOP - offset, r.w - 48, rows};
    data_draw_columns(app, at);
    at.y += rows + GAP;
    at.h = tokens;
    data_draw_tokens(app, at);
    at.y += tokens + GAP;
    at.h = counts;
    float half = narrow ? at.w : (at.w - GAP) / 2;
    data_draw_vocabulary(app, (rect){at.x, at.y, half, at.h});
    if (narrow)
        at.y += counts + GAP;
    else
        at.x += half + GAP;
    data_draw_lengths(app, (rect){at.x, at.y, half, at.h});
    ui_scroll_end(&app->ui);
}

// What went wrong with the choices just made, below: roles and problems stay in sight to go on choosing.
static void trouble(struct app *app, rect r) {
    struct data_page *page = app->data_page;
    char text[1024];
    if (page->error.code == ERR_NONE) return;
    data_error_text(&page->error, true, text, sizeof text);
    static const char undo[] = "Undo the choice";
    struct rich_style style = {.size = 14, .line_height = 20, .ink = app->ui.theme->ink1};
    float room = r.w - 48 - 44 - 48 - 12 - ui_button_width(&app->ui, undo), // of the words in the bar
        height = fmaxf(44, plain_text(app->ui.list, 0, 0, room, text, style, false) + 24);
    int answer =
        ui_message(&app->ui, (rect){r.x + 24, r.y + r.h - BOTTOM - height, r.w - 48, height}, text, UI_ERROR, undo);
    if (answer != UI_MESSAGE_NONE) data_page_undo(app);
}

static void draw_open(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    static const struct {
        float below, left, right;
    } sides[] = {{900, 216, 232}, {1180, 264, 304}, {1400, 280, 340}, {INFINITY, 288, 368}};
    int k = 0;
    while (r.w >= sides[k].below)
        k++;
    rect left = rect_cut_left(&r, sides[k].left), problems = rect_cut_right(&r, sides[k].right);
    draw_rect(ui->list, left, ui->theme->panel, 0);
    draw_vline(ui->list, left.x + left.w - 1, left.y, left.y + left.h, ui->theme->line);
    draw_rect(ui->list, problems, ui->theme->panel, 0);
    draw_vline(ui->list, problems.x, problems.y, problems.y + problems.h, ui->theme->line);
    data_draw_left(app, left);
    if (!app->data_page->look) return; // closed
    middle_cards(app, r);
    data_draw_right(app, problems);
    trouble(app, r);
}

// ---- the page ----

// What the workbench has open is looked at until a person opens something else here.
static void follow_workbench(struct app *app) {
    struct data_page *page = app->data_page;
    if (!app->bench || (page->open && !page->follows) || page->job) return;
    if (page->follows && !strcmp(page->setup.data, app->setup.data) && !strcmp(page->setup.task, app->setup.task))
        return;
    if (!page->follows && page->seen) return; // closed by hand
    data_page_open(app, &app->setup, true);
    page->follows = page->seen = true;
}

static void keys(struct app *app) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    if (data_page_busy(app, NULL) && ui_take_key(ui, KEY_ESCAPE, 0)) data_page_cancel(app);
    if (page->look && page->error.code != ERR_NONE && ui_take_key(ui, KEY_ESCAPE, 0)) data_page_undo(app);
    if (!page->look) return;
    if (ui_take_key(ui, KEY_ENTER, 0)) data_page_use(app);
    long last = data_look_examples(page->look) - 1;
    if (ui_take_key(ui, KEY_RIGHT, 0) && page->example < last) page->example++, page->token = 0;
    if (ui_take_key(ui, KEY_LEFT, 0) && page->example > 0) page->example--, page->token = 0;
    static const struct {
        int key;
        long by;
    } moves[] = {{KEY_DOWN, 1}, {KEY_UP, -1}, {KEY_PAGE_DOWN, 10}, {KEY_PAGE_UP, -10}};
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        if (ui_take_key(ui, moves[k].key, 0)) page->row += moves[k].by;
    if (ui_take_key(ui, KEY_HOME, 0)) page->row = 0;
    if (ui_take_key(ui, KEY_END, 0)) page->row = preview_rows(page->look->preview);
}

static void draw(struct app *app, rect whole, double now) {
    (void)now;
    struct ui *ui = &app->ui;
    struct data_page *page = data_page_of(app);
    double fraction;
    follow_workbench(app);
    draw_rect(ui->list, whole, ui->theme->stage, 0);
    ui_push_id(ui, "data page");
    if (page->look)
        draw_open(app, whole);
    else if (data_page_busy(app, NULL))
        data_draw_loading(app, whole);
    else if (page->error.code != ERR_NONE || page->stopped)
        data_draw_error(app, whole);
    else
        data_draw_empty(app, whole);
    ui_pop_id(ui);
    if (data_page_busy(app, &fraction)) {
        ui_progress(ui, (rect){whole.x, whole.y, whole.w, 3}, fraction);
        ui->wake_at = ui->now + 0.1;
    }
    app_overlays(app);
    if (app->picturing) return;
    keys(app);
    app_page_keys(app);
}

const struct page page_data = {"data", "Data", KEY_F1 + 4, draw, NULL};
