// The Columns card: the rows of the file under the roles of their columns. A row is cut out of the file when it is
// drawn, so that length does not matter; rows are scrolled by whole ones.
#include "data_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    HEAD = 110,
    ROW = 31,
    FOOT = 12,
    NUMBERS = 56,
    COLUMN_LEAST = 44,
    COLUMN_MOST = 380,
    COLUMN_GAP = 24,
    SAMPLED = 60,
    CELL_TEXT = 1024,
    BAR = 6
};

// ---- roles ----

struct role_word {
    enum column_role role;
    const char *chip, *menu;
};
static const struct role_word role_words[ROLE_COUNT] = {
    {ROLE_TEXT, "input x", "Input x: a text"},
    {ROLE_LABEL, "label y", "Label y: one of a few classes"},
    {ROLE_TARGET, "target y", "Target y: a text"},
    {ROLE_VALUE, "value x", "Value x: a number"},
    {ROLE_ID, "series", "Series: rows with the same belong together"},
    {ROLE_TIME, "time", "Time: the order in a series"},
    {ROLE_TOKENS, "input x", "Input x: a list of words"},
    {ROLE_TAGS, "tags y", "Tags y: a list of tags"},
    {ROLE_IGNORE, "skip", "Skip"},
};

static const char *role_chip(enum column_role role) {
    for (int k = 0; k < ROLE_COUNT; k++)
        if (role_words[k].role == role) return role_words[k].chip;
    return "";
}

static void role_menu(struct app *app, rect anchor, int column, enum column_role now) {
    struct ui *ui = &app->ui;
    bool keys = !strcmp(app->data_page->look->data->reader, "jsonl");
    int rows = keys ? ROLE_COUNT : ROLE_COUNT - 2;
    rect r = ui_popup_begin(ui, anchor, 320, 34.0f * (float)rows);
    for (int k = 0; k < ROLE_COUNT; k++) {
        enum column_role role = role_words[k].role;
        if (!keys && (role == ROLE_TOKENS || role == ROLE_TAGS)) continue;
        if (!ui_menu_row(ui, rect_cut_top(&r, 34), role_words[k].menu, NULL, role == now)) continue;
        if (role != now) data_choose_role(app, column, role);
        ui_popup_close(ui);
        break;
    }
    ui_popup_end(ui);
}

static void draw_role(struct ui *ui, rect r, enum column_role role, bool chooses) {
    const char *text = role_chip(role);
    if (role == ROLE_IGNORE) {
        draw_text(ui->list, r.x + (chooses ? 6 : 0), r.y + 15.5f, text,
                  data_text(ui, FONT_SANS_MEDIUM, 13, 3, ALIGN_LEFT));
        return;
    }
    draw_rect(ui->list, r, ui->theme->btn, 5);
    draw_text(ui->list, r.x + r.w / 2, r.y + 15.5f, text,
              text_of(FONT_SANS_SEMIBOLD, 12.5f, ui->theme->on_btn, ALIGN_CENTER));
}

static float role_width(struct ui *ui, enum column_role role) {
    return ceilf(text_width(ui->list, role_chip(role), data_text(ui, FONT_SANS_SEMIBOLD, 12.5f, 1, ALIGN_LEFT))) + 20;
}

// ---- widths ----

static const char *cell_text(struct preview_cell cell, char room[CELL_TEXT]) {
    size_t size = cell.size < CELL_TEXT - 1 ? cell.size : CELL_TEXT - 1;
    while (size > 0 && size < cell.size && ((unsigned char)cell.text[size] & 0xC0) == 0x80)
        size--; // no character is cut
    for (size_t i = 0; i < size; i++)
        room[i] = (unsigned char)cell.text[i] < ' ' || cell.text[i] == 127 ? ' ' : cell.text[i];
    room[size] = 0;
    return room;
}

static void measure(struct app *app) {
    struct data_page *page = app->data_page;
    struct ui *ui = &app->ui;
    const struct dataset_column *columns;
    int count = preview_columns(page->look->preview, &columns);
    if (page->measured == page->look) return;
    page->measured = page->look;
    for (int k = 0; k < count && k < PREVIEW_CELLS_MOST; k++) {
        float name = text_width(ui->list, columns[k].name, data_text(ui, FONT_SANS_SEMIBOLD, 14, 1, ALIGN_LEFT));
        page->widths[k] = fmaxf(COLUMN_LEAST, fmaxf(fminf(name, 160), role_width(ui, columns[k].role)));
    }
    for (long row = 0; row < SAMPLED; row++) {
        struct preview_cell cells[PREVIEW_CELLS_MOST];
        char text[CELL_TEXT];
        long line;
        int n = preview_row(page->look->preview, row, cells, &line);
        for (int k = 0; k < n && k < count; k++)
            page->widths[k] =
                fmaxf(page->widths[k], fminf(COLUMN_MOST, text_width(ui->list, cell_text(cells[k], text),
                                                                     data_text(ui, FONT_SANS, 14, 1, ALIGN_LEFT))));
    }
}

// Widths on screen: the widest column takes what is left, or gives what is missing. Returns their sum.
static float lay_out(const struct data_page *page, int count, float room, float *widths) {
    float sum = 0;
    int widest = 0;
    for (int k = 0; k < count; k++) {
        widths[k] = page->widths[k] + COLUMN_GAP;
        sum += widths[k];
        if (widths[k] > widths[widest]) widest = k;
    }
    float change = sum < room ? room - sum : fmaxf(room - sum, 180 - widths[widest]);
    if (sum < room || widths[widest] > 180) {
        widths[widest] += change;
        sum += change;
    }
    return sum;
}

// ---- drawing ----

static void head(struct app *app, rect r, const float *widths, int count, float across) {
    struct ui *ui = &app->ui;
    const struct dataset_column *columns;
    bool chooses = data_can_choose_roles(app->data_page);
    const enum column_role *roles = app->data_page->roles;
    preview_columns(app->data_page->look->preview, &columns);
    float x = r.x - across;
    draw_clip_push(ui->list, (rect){r.x - 8, r.y, r.w + 8, r.h});
    for (int k = 0; k < count; x += widths[k], k++) {
        if (x + widths[k] < r.x || x > r.x + r.w) continue;
        char number[16], popup[32];
        snprintf(number, sizeof number, "%d", k + 1);
        snprintf(popup, sizeof popup, "role of column %d", k);
        bool named = columns[k].name[0] || count == 1;
        draw_text_fit(ui->list, x, r.y + 14, widths[k] - 8, named ? columns[k].name : number,
                      data_text(ui, FONT_SANS_SEMIBOLD, 14, roles[k] == ROLE_IGNORE ? 2 : 1, ALIGN_LEFT));
        rect chip = {x, r.y + 22, fminf(role_width(ui, roles[k]), widths[k] - 4), 22};
        bool open = false;
        if (roles[k] == ROLE_IGNORE && chooses) chip.x -= 6;
        if (chooses) open = ui_menu_anchor(ui, chip, popup);
        draw_role(ui, chip, roles[k], chooses);
        if (open) role_menu(app, chip, k, roles[k]);
    }
    draw_clip_pop(ui->list);
}

static void draw_cells(struct app *app, rect r, const struct preview_cell *cells, int n, const float *widths, int count,
                       float across, const struct problem *problem) {
    struct ui *ui = &app->ui;
    const struct dataset_column *columns;
    preview_columns(app->data_page->look->preview, &columns);
    float x = r.x - across;
    draw_clip_push(ui->list, r);
    if (n == 0 && problem)
        draw_text(ui->list, r.x, r.y + 20.5f, "an empty line", data_text(ui, FONT_SANS_SEMIBOLD, 14, 1, ALIGN_LEFT));
    for (int k = 0; k < count && n > 0; x += widths[k], k++) {
        char text[CELL_TEXT];
        if (x + widths[k] < r.x || x > r.x + r.w) continue;
        enum column_role role = columns[k].role;
        bool empty = k >= n || cells[k].size == 0,
             answer = role == ROLE_LABEL || role == ROLE_TARGET || role == ROLE_TAGS;
        int ink = role == ROLE_IGNORE || role == ROLE_TIME || role == ROLE_ID ? problem ? 2 : 3 : 1;
        if (empty && !problem) continue;
        draw_text_fit(ui->list, x, r.y + 20.5f, widths[k] - 12, empty ? "empty" : cell_text(cells[k], text),
                      data_text(ui, answer || empty ? FONT_SANS_SEMIBOLD : FONT_SANS, 14, ink, ALIGN_LEFT));
    }
    draw_clip_pop(ui->list);
}

static void draw_row(struct app *app, rect r, long row, const float *widths, int count, float across, bool first) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    struct preview_cell cells[PREVIEW_CELLS_MOST];
    long line;
    char number[32];
    int n = preview_row(page->look->preview, row, cells, &line);
    const struct problem *problem = data_look_problem(page->look, line);
    if (problem) {
        draw_rect(ui->list, (rect){r.x + 1, r.y, r.w - 2, ROW}, ui->theme->hi_soft, 0);
        icon_draw(ui->list, ICON_WARN, r.x + 7, r.y + 7, 17, ui->theme->ink1, 1.6f);
    } else if (!first)
        draw_hline(ui->list, r.x + 20, r.x + r.w - 20, r.y, ui->theme->line);
    snprintf(number, sizeof number, "%ld", line > 0 ? line : row + 1);
    struct text_style style =
        data_text(ui, problem ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 13, problem ? 1 : 3, ALIGN_RIGHT);
    float left = problem ? 26 : 6, width = text_width(ui->list, number, style);
    if (width > NUMBERS - 10 - left) style.size *= (NUMBERS - 10 - left) / width;
    draw_text(ui->list, r.x + NUMBERS - 10, r.y + 20.5f, number, style);
    draw_cells(app, (rect){r.x + NUMBERS + 10, r.y, r.w - NUMBERS - 26, ROW}, cells, n, widths, count, across, problem);
}

// ---- scrolling ----

// A bar whose thumb is dragged: value of 0 .. most, of which `shown` more are in sight.
static void scroll_bar(struct ui *ui, rect r, const char *name, bool across, double shown, double most, double *value) {
    if (most <= 0) return;
    float length = across ? r.w : r.h, thumb = fmaxf(24, length * (float)(shown / (shown + most))),
          room = length - thumb;
    struct ui_result result =
        ui_control(ui, ui_make_id(ui, name),
                   across ? (rect){r.x, r.y - 4, r.w, r.h + 6} : (rect){r.x - 4, r.y, r.w + 6, r.h}, false);
    if (result.held) {
        float at = across ? ui->pointer.x - r.x : ui->pointer.y - r.y;
        *value = most * fmin(1, fmax(0, (double)(at - thumb / 2) / fmax(1, (double)room)));
    }
    float begin = room * (float)(*value / most);
    draw_rect_exact(ui->list, across ? (rect){r.x + begin, r.y, thumb, r.h} : (rect){r.x, r.y + begin, r.w, thumb},
                    result.hovered || result.held ? ui->theme->ink3 : ui->theme->line2, BAR / 2.0f);
}

static void take_keys(struct ui *ui, struct data_page *page, long shown, long rows) {
    const struct {
        int key;
        long by;
        float across;
    } moves[] = {{KEY_DOWN, 1, 0},
                 {KEY_UP, -1, 0},
                 {KEY_PAGE_DOWN, shown - 1, 0},
                 {KEY_PAGE_UP, 1 - shown, 0},
                 {KEY_HOME, -rows, 0},
                 {KEY_END, rows, 0},
                 {KEY_RIGHT, 0, 60},
                 {KEY_LEFT, 0, -60}};
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        while (ui_take_key(ui, moves[k].key, 0)) {
            page->row += moves[k].by;
            page->across += moves[k].across;
        }
}

static void scroll(struct app *app, rect r, long shown, float room, float sum) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    long rows = preview_rows(page->look->preview), most = rows > shown ? rows - shown : 0;
    float most_across = fmaxf(0, sum - room);
    ui_id id = ui_make_id(ui, "rows");
    struct ui_result result = ui_control(ui, id, r, true);
    if (result.focused) take_keys(ui, page, shown, rows);
    ui_focus_ring(ui, id, rect_inset(r, 4), 2);
    page->rows_at = r;
    double row = (double)(page->row < 0      ? 0
                          : page->row > most ? most
                                             : page->row),
           across = fmin(most_across, fmax(0, page->across));
    scroll_bar(ui, (rect){r.x + r.w - BAR - 4, r.y + 4, BAR, r.h - 20}, "down", false, shown, most, &row);
    scroll_bar(ui, (rect){r.x + NUMBERS + 10, r.y + r.h - BAR - 3, r.w - NUMBERS - 40, BAR}, "across", true, room,
               most_across, &across);
    page->row = (long)row;
    page->across = (float)across;
}

float data_columns_height(long rows) {
    return (float)(HEAD + FOOT + ROW * rows);
}

long data_columns_fit(float height) {
    return (long)((height - HEAD - FOOT) / ROW);
}

void data_draw_columns(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    const struct dataset_column *columns;
    float widths[PREVIEW_CELLS_MOST] = {0};
    int count = preview_columns(page->look->preview, &columns);
    if (count > PREVIEW_CELLS_MOST) count = PREVIEW_CELLS_MOST;
    long rows = preview_rows(page->look->preview);
    bool file = preview_of_file(page->look->preview);
    char about[96];
    data_number(about, sizeof about,
                file                                    ? " rows of the file"
                : page->look->data->shape == TEXT_WHOLE ? " timesteps"
                                                        : " examples",
                rows);
    if (count > 1 && !strcmp(page->look->data->reader, "text"))
        snprintf(about, sizeof about, "read as whole lines until a column is an input");
    ui_push_id(ui, "columns");
    data_card(ui, r, file ? "Columns" : "Examples", about);
    measure(app);
    float room = r.w - NUMBERS - 26, sum = lay_out(page, count, room, widths);
    rect body = {r.x, r.y + HEAD - 8, r.w, r.h - HEAD + 8};
    long shown = data_columns_fit(r.h);
    scroll(app, body, shown, room, sum);
    head(app, (rect){r.x + NUMBERS + 10, r.y + 50, room, HEAD - 58}, widths, count, page->across);
    draw_hline(ui->list, r.x, r.x + r.w, body.y, ui->theme->line);
    draw_vline(ui->list, r.x + NUMBERS - 2, body.y, r.y + r.h - 1, ui->theme->line);
    for (long k = 0; k < shown && page->row + k < rows; k++)
        draw_row(app, (rect){r.x, body.y + 8 + ROW * (float)k, r.w, ROW}, page->row + k, widths, count, page->across,
                 k == 0);
    ui_pop_id(ui);
}
