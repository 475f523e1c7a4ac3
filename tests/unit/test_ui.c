// The widgets, driven as a person drives them: events in, state out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_fonts.h"
#include "mem.h"
#include "str.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct ui ui;
static struct draw_list list;
static double now;
static char *clipboard;

static void clipboard_set(void *context, const char *text) {
    (void)context;
    mem_free(clipboard);
    clipboard = mem_copy_text(text);
}

static char *clipboard_get(void *context) {
    (void)context;
    return clipboard ? mem_copy_text(clipboard) : NULL;
}

// What the page under test keeps and was answered.
static struct {
    int pressed[4];
    double slide;
    bool toggle, sheet, keyed;
    int segment, chosen, highlight, global_keys, picked;
    char text[32], small[8];
    bool accepted, changed;
    float offset;
    int count;
} page;

static void (*frame_page)(void);

static int start(void **state) {
    (void)state;
    memset(&page, 0, sizeof page);
    page.chosen = page.picked = -1;
    page.count = 100;
    now = 0;
    draw_init(&list, &fake_fonts);
    ui_init(&ui);
    ui.clipboard_set = clipboard_set;
    ui.clipboard_get = clipboard_get;
    return 0;
}

static int stop(void **state) {
    (void)state;
    ui_release(&ui);
    draw_release(&list);
    mem_free(clipboard);
    clipboard = NULL;
    return 0;
}

static void frame(void) {
    now += 0.01;
    draw_begin(&list, 800, 600, 1);
    ui_begin(&ui, &list, theme_get(THEME_LIGHT), now);
    frame_page();
    ui_end(&ui);
}

// All that was pushed is seen, however many frames that takes.
static void run(void) {
    int frames = 0;
    do
        frame();
    while (ui.animating && ++frames < 100);
    assert_true(frames < 100);
}

static void push(struct input_event event) {
    ui_push_event(&ui, &event);
}

static void key_with(int key, unsigned mods) {
    push((struct input_event){.kind = INPUT_KEY, .key = key, .mods = mods});
    run();
}
static void key(int k) {
    key_with(k, 0);
}

static void type(const char *text) {
    struct input_event event = {.kind = INPUT_TEXT};
    snprintf(event.text, sizeof event.text, "%s", text);
    push(event);
    run();
}

static void move(float x, float y) {
    push((struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
    run();
}
static void press(float x, float y, int clicks, unsigned mods) {
    push((struct input_event){.kind = INPUT_PRESS, .at = {x, y}, .button = 1, .clicks = clicks, .mods = mods});
    run();
}
static void release(float x, float y) {
    push((struct input_event){.kind = INPUT_RELEASE, .at = {x, y}, .button = 1});
    run();
}
static void click(float x, float y) {
    press(x, y, 1, 0);
    release(x, y);
}

static void use(void (*page_to_use)(void)) {
    frame_page = page_to_use;
    run();
}

// Buttons, focus

static const rect button_rects[3] = {{10, 10, 80, 32}, {110, 10, 80, 32}, {210, 10, 80, 32}};

static void buttons(void) {
    static const char *const names[] = {"one", "two", "two##again"};
    for (int i = 0; i < 3; i++)
        if (ui_button(&ui, button_rects[i], names[i], false)) page.pressed[i]++;
    if (ui_take_key(&ui, KEY_SPACE, 0)) page.global_keys++;
    if (ui_take_key(&ui, KEY_RIGHT, 0)) page.global_keys += 10;
}

static void a_click_presses(void **state) {
    (void)state;
    use(buttons);
    click(50, 20);
    assert_int_equal(page.pressed[0], 1);
    press(50, 20, 1, 0);
    release(150, 20); // let go elsewhere
    assert_int_equal(page.pressed[0] + page.pressed[1], 1);
    push((struct input_event){.kind = INPUT_PRESS, .at = {220, 20}, .button = 3});
    push((struct input_event){.kind = INPUT_RELEASE, .at = {220, 20}, .button = 3});
    run();
    assert_int_equal(page.pressed[2], 0);
    // Press and release, twice, all before the next frame.
    for (int i = 0; i < 2; i++) {
        push((struct input_event){.kind = INPUT_PRESS, .at = {220, 20}, .button = 1});
        push((struct input_event){.kind = INPUT_RELEASE, .at = {220, 20}, .button = 1});
    }
    run();
    assert_int_equal(page.pressed[2], 2);
}

static ui_id focused_after(int tab, unsigned mods) {
    key_with(tab, mods);
    return ui.focus;
}

static void tab_walks_in_reading_order(void **state) {
    (void)state;
    use(buttons);
    ui_id first = focused_after(KEY_TAB, 0), second = focused_after(KEY_TAB, 0), third = focused_after(KEY_TAB, 0);
    assert_true(first && second && third && first != second && second != third);
    assert_true(focused_after(KEY_TAB, 0) == first); // around
    assert_true(focused_after(KEY_TAB, MOD_SHIFT) == third);
    assert_true(focused_after(KEY_TAB, MOD_SHIFT) == second);
    assert_true(ui.focus_visible);
    key(KEY_ENTER);
    key(KEY_SPACE);
    assert_int_equal(page.pressed[1], 2);
    assert_int_equal(page.global_keys, 0);
}

static void a_click_leaves_the_keys_to_the_page(void **state) {
    (void)state;
    use(buttons);
    click(50, 20);
    assert_false(ui.focus_visible);
    key(KEY_SPACE);
    assert_int_equal(page.pressed[0], 1);
    assert_int_equal(page.global_keys, 1);
    key(KEY_TAB); // goes on from the clicked one
    key(KEY_ENTER);
    assert_int_equal(page.pressed[1], 1);
    key(KEY_RIGHT); // a button does not want it
    assert_int_equal(page.global_keys, 11);
}

static int rings(void) {
    int count = 0;
    color ink = theme_get(THEME_LIGHT)->ink1;
    for (int i = 0; i < list.count; i++)
        count += list.commands[i].op == DRAW_BOX && list.commands[i].width == 2 &&
                 memcmp(&list.commands[i].color, &ink, sizeof ink) == 0;
    return count;
}

static void the_ring_shows_after_a_key_only(void **state) {
    (void)state;
    use(buttons);
    click(50, 20);
    assert_int_equal(rings(), 0);
    key(KEY_TAB);
    assert_int_equal(rings(), 1);
    click(400, 400);
    assert_int_equal(rings(), 0);
}

static void take_key_hides_it(void **state) {
    (void)state;
    use(buttons);
    push((struct input_event){.kind = INPUT_KEY, .key = 'b', .mods = MOD_CTRL});
    draw_begin(&list, 800, 600, 1);
    ui_begin(&ui, &list, theme_get(THEME_LIGHT), 1);
    assert_false(ui_take_key(&ui, 'b', 0)); // not this combination
    assert_true(ui_take_key(&ui, 'b', MOD_CTRL));
    assert_false(ui_take_key(&ui, 'b', MOD_CTRL));
    ui_end(&ui);
}

static void keys_come_one_a_frame(void **state) {
    (void)state;
    use(buttons);
    for (int i = 0; i < 5; i++)
        push((struct input_event){.kind = INPUT_KEY, .key = KEY_SPACE});
    run();
    assert_int_equal(page.global_keys, 5);
    for (int i = 0; i < 200; i++)
        push((struct input_event){.kind = INPUT_KEY, .key = KEY_SPACE}); // more than is kept
    run();
    assert_true(page.global_keys > 5 && page.global_keys <= 5 + UI_MAX_EVENTS);
}

// What lies on top gets the pointer, though it comes later.
static void overlapping(void) {
    if (ui_control(&ui, ui_make_id(&ui, "ground"), (rect){0, 0, 400, 400}, false).clicked) page.pressed[0]++;
    if (ui_button(&ui, (rect){100, 100, 100, 40}, "above", false)) page.pressed[1]++;
    draw_clip_push(&list, (rect){0, 200, 400, 20});
    if (ui_button(&ui, (rect){100, 200, 100, 40}, "cut", false)) page.pressed[2]++;
    draw_clip_pop(&list);
}

static void the_topmost_is_hit(void **state) {
    (void)state;
    use(overlapping);
    click(150, 120);
    assert_int_equal(page.pressed[0], 0);
    assert_int_equal(page.pressed[1], 1);
    click(150, 210);
    assert_int_equal(page.pressed[2], 1);
    click(150, 230); // clipped away
    assert_int_equal(page.pressed[2], 1);
    assert_int_equal(page.pressed[0], 1);
}

// Slider, segments, toggle, link, icon

static void controls(void) {
    ui_slider(&ui, (rect){10, 10, 114, 32}, "slide", &page.slide, 0, 10, 1);
    static const char *const items[] = {"aa", "bb", "cc"}, *const keys[] = {"1", "2", "3"};
    page.segment = ui_segments(&ui, (rect){10, 60, 240, 32}, "segments", items, keys, 3, page.segment, false);
    ui_toggle(&ui, (rect){10, 110, 120, 32}, "toggle", &page.toggle);
    if (ui_icon_button(&ui, (rect){10, 160, 32, 32}, ICON_PLAY, 22, "Play", true)) page.pressed[0]++;
    if (ui_link(&ui, (rect){10, 210, 60, 32}, "Hint", (struct text_style){FONT_SANS, 14, {0, 0, 0, 255}, ALIGN_LEFT}))
        page.pressed[1]++;
    if (ui_take_key(&ui, KEY_RIGHT, 0)) page.global_keys++;
}

static void slider_by_pointer_and_keys(void **state) {
    (void)state;
    use(controls);
    press(10 + 7 + 50, 25, 1, 0);
    assert_true(page.slide == 5);
    move(10 + 7 + 82, 400); // the drag goes on outside
    assert_true(page.slide == 8);
    move(2000, 400);
    assert_true(page.slide == 10);
    release(10, 25);
    assert_true(page.slide == 0);
    move(100, 25);
    assert_true(page.slide == 0);
    key(KEY_RIGHT);
    assert_int_equal(page.global_keys, 1); // a clicked slider leaves the arrows to the page
    key_with(KEY_TAB, MOD_SHIFT);
    key(KEY_TAB);
    key(KEY_RIGHT);
    key(KEY_UP);
    assert_true(page.slide == 2);
    key(KEY_LEFT);
    key(KEY_PAGE_UP);
    assert_true(page.slide == 10);
    key(KEY_HOME);
    assert_true(page.slide == 0);
    key(KEY_END);
    assert_true(page.slide == 10);
    assert_int_equal(page.global_keys, 1);
}

static void segments_by_pointer_and_keys(void **state) {
    (void)state;
    use(controls);
    click(130, 75);
    assert_int_equal(page.segment, 1);
    key(KEY_TAB);
    key_with(KEY_TAB, MOD_SHIFT);
    key(KEY_RIGHT);
    key(KEY_RIGHT);
    assert_int_equal(page.segment, 2);
    key(KEY_LEFT);
    assert_int_equal(page.segment, 1);
}

static void small_controls(void **state) {
    (void)state;
    use(controls);
    click(20, 126);
    assert_true(page.toggle);
    click(26, 176);
    click(30, 226);
    assert_int_equal(page.pressed[0] + page.pressed[1], 2);
    move(30, 226);
    assert_int_equal(ui.cursor, CURSOR_HAND);
}

static bool shows(const char *text) {
    for (int i = 0; i < list.count; i++)
        if (list.commands[i].op == DRAW_TEXT && strcmp(list.texts + list.commands[i].text, text) == 0) return true;
    return false;
}

static void tooltips_wait(void **state) {
    (void)state;
    use(controls);
    move(26, 176);
    assert_false(shows("Play"));
    assert_true(ui.wake_at > now && ui.wake_at <= now + 0.5);
    now += 0.6;
    frame();
    assert_true(shows("Play"));
    move(500, 500);
    assert_false(shows("Play"));
    for (int i = 0; i < 4; i++)
        key(KEY_TAB); // the focus brings it too
    now += 0.6;
    frame();
    assert_true(shows("Play"));
}

// Popups and sheets

static const char *row_text(void *context, int row) {
    static char text[16];
    (void)context;
    snprintf(text, sizeof text, "%c row %d", 'a' + row % 26, row);
    return text;
}

static void menus(void) {
    if (ui_button(&ui, (rect){10, 300, 80, 32}, "below", false)) page.pressed[0]++;
    bool open = ui_chip_id(&ui, (rect){10, 10, 100, 28}, ICON_GRID, "model", "model menu");
    if (open) {
        rect r = ui_popup_begin(&ui, (rect){10, 10, 100, 28}, 200, 300);
        if (ui_menu_row(&ui, rect_cut_top(&r, 36), "first", NULL, true)) page.pressed[1]++, ui_popup_close(&ui);
        if (ui_menu_row(&ui, rect_cut_top(&r, 36), "second", "2", false)) page.pressed[2]++;
        ui_popup_end(&ui);
    }
    if (ui_menu_anchor(&ui, (rect){200, 10, 100, 28}, "other menu")) {
        rect r = ui_popup_begin(&ui, (rect){200, 10, 100, 28}, 200, 100);
        if (ui_button(&ui, rect_cut_top(&r, 36), "deep", false)) page.pressed[3]++;
        ui_popup_end(&ui);
    }
    if (page.sheet) {
        rect r = ui_sheet_begin(&ui, 300, 200, &page.sheet);
        if (ui_button(&ui, rect_cut_top(&r, 36), "in the sheet", false)) page.pressed[3]++;
        ui_sheet_end(&ui);
    }
    if (ui_take_key(&ui, 'o', MOD_CTRL)) ui_popup_open(&ui, "model menu");
    if (ui_take_key(&ui, 'b', 0)) page.global_keys++;
    if (ui_take_key(&ui, KEY_DOWN, 0)) page.global_keys += 10;
    if (ui_take_key(&ui, KEY_ESCAPE, 0)) page.global_keys += 100;
}

static bool model_open(void) {
    return ui_popup_is_open(&ui, "model menu");
}

static void a_chip_opens_its_popup(void **state) {
    (void)state;
    use(menus);
    click(50, 20);
    assert_true(model_open() && shows("first"));
    click(50, 20); // and closes it
    assert_false(model_open() || shows("first"));
    click(50, 20);
    click(60, 70);
    assert_int_equal(page.pressed[1], 1);
    assert_false(model_open());
    click(50, 20);
    click(60, 110); // this one leaves it open
    assert_int_equal(page.pressed[2], 1);
    assert_true(model_open());
}

static void a_press_outside_closes_and_does_no_more(void **state) {
    (void)state;
    use(menus);
    click(50, 20);
    click(50, 500);
    assert_false(model_open());
    click(50, 20);
    click(250, 315);
    click(50, 315);
    assert_int_equal(page.pressed[0], 1); // the first press closed, the second one pressed
    click(50, 20);
    click(250, 20); // another opener takes over at once
    assert_false(model_open());
    assert_true(ui_popup_is_open(&ui, "other menu"));
    click(50, 315);
    assert_int_equal(page.pressed[0], 1);
}

static void popups_by_keys(void **state) {
    (void)state;
    use(menus);
    key_with('o', MOD_CTRL);
    assert_true(model_open());
    assert_true(ui.focus != 0 && ui.focus_visible); // the first row
    key('b');
    assert_int_equal(page.global_keys, 0); // nothing reaches the page below
    key(KEY_DOWN);
    key(KEY_ENTER);
    assert_int_equal(page.pressed[2], 1);
    key(KEY_UP);
    key(KEY_ENTER);
    assert_int_equal(page.pressed[1], 1);
    assert_false(model_open());
    key('b');
    assert_int_equal(page.global_keys, 1);
    key_with('o', MOD_CTRL);
    key_with('o', MOD_CTRL); // toggles
    assert_false(model_open());
    key(KEY_TAB);
    key(KEY_TAB);
    ui_id chip = ui.focus;
    key(KEY_ENTER);
    assert_true(model_open());
    for (int i = 0; i < 5; i++)
        key(KEY_TAB); // stays inside
    assert_true(model_open() && ui.focus != chip);
    key(KEY_ESCAPE);
    assert_false(model_open());
    assert_true(ui.focus == chip && ui.focus_visible);
    assert_int_equal(page.global_keys, 1);
}

static void a_sheet_takes_everything(void **state) {
    (void)state;
    use(menus);
    page.sheet = true;
    run();
    click(50, 315);
    assert_int_equal(page.pressed[0], 0);
    assert_false(page.sheet); // a press outside
    page.sheet = true;
    run();
    key('b');
    assert_int_equal(page.global_keys, 0);
    key(KEY_ESCAPE);
    assert_false(page.sheet);
    run();
    key('b');
    assert_int_equal(page.global_keys, 1);
    page.sheet = true;
    run();
    click(300, 230);
    assert_int_equal(page.pressed[3], 1);
    assert_true(page.sheet);
    key_with('o', MOD_CTRL); // opens over the sheet
    page.sheet = false;      // and the sheet goes away under it
    run();
    key(KEY_ESCAPE);
    run();
    click(50, 315);
    click(50, 315);
    assert_true(page.pressed[0] >= 1);
}

static void popups_are_drawn_last(void **state) {
    (void)state;
    use(menus);
    key_with('o', MOD_CTRL);
    int chip = -1, row = -1;
    for (int i = 0; i < list.count; i++) {
        if (list.commands[i].op != DRAW_TEXT) continue;
        const char *text = list.texts + list.commands[i].text;
        if (strcmp(text, "below") == 0) chip = i;
        if (strcmp(text, "first") == 0) row = i;
    }
    assert_true(chip >= 0 && row > chip);
}

// Text field

static void fields(void) {
    page.accepted =
        ui_text_field(&ui, (rect){10, 10, 200, 32}, "text", page.text, sizeof page.text, "hint") || page.accepted;
    page.changed = ui_text_field_changed(&ui) || page.changed;
    ui_text_field(&ui, (rect){10, 60, 200, 32}, "small", page.small, sizeof page.small, "");
    if (!ui_text_focused(&ui) && ui_take_key(&ui, 'b', 0)) page.global_keys++;
    if (ui_take_key(&ui, KEY_LEFT, 0)) page.global_keys += 10;
}

static void typing(void **state) {
    (void)state;
    use(fields);
    click(50, 25);
    assert_true(ui_text_focused(&ui) && ui.text_input && ui.caret.h > 0);
    push((struct input_event){.kind = INPUT_KEY, .key = 'b'});
    type("b");
    assert_int_equal(page.global_keys, 0); // letters belong to the field
    type("é");
    type("漢");
    assert_string_equal(page.text, "bé漢");
    assert_true(page.changed);
    key(KEY_BACKSPACE);
    assert_string_equal(page.text, "bé");
    key(KEY_LEFT);
    key(KEY_DELETE);
    assert_string_equal(page.text, "b");
    assert_int_equal(page.global_keys, 0);
    type("e\xcc\x81x"); // e and a combining acute are one to the cursor
    assert_string_equal(page.text, "be\xcc\x81x");
    key(KEY_BACKSPACE);
    key(KEY_BACKSPACE);
    assert_string_equal(page.text, "b");
    key(KEY_ENTER);
    assert_true(page.accepted);
    key(KEY_TAB);
    type("z");
    assert_string_equal(page.text, "b");
    assert_string_equal(page.small, "z");
}

static void selecting(void **state) {
    (void)state;
    strcpy(page.text, "one two three");
    use(fields);
    key(KEY_TAB); // all is selected
    type("x");
    assert_string_equal(page.text, "x");
    key_with('z', MOD_CTRL);
    assert_string_equal(page.text, "one two three");
    key(KEY_HOME);
    key_with(KEY_RIGHT, MOD_CTRL | MOD_SHIFT);
    key_with('c', MOD_CTRL);
    assert_string_equal(clipboard, "one");
    key_with('x', MOD_CTRL);
    assert_string_equal(page.text, " two three");
    key(KEY_END);
    key_with('v', MOD_CTRL);
    assert_string_equal(page.text, " two threeone");
    key_with(KEY_BACKSPACE, MOD_CTRL);
    assert_string_equal(page.text, " two ");
    key_with(KEY_LEFT, MOD_SHIFT);
    key_with(KEY_LEFT, MOD_SHIFT);
    key(KEY_LEFT); // to the left end of the selection
    type("X");
    assert_string_equal(page.text, " twXo ");
    key_with('a', MOD_CTRL);
    key(KEY_DELETE);
    assert_string_equal(page.text, "");
    for (int i = 0; i < 20; i++)
        key_with('z', MOD_CTRL);
    assert_string_equal(page.text, "one two three");
    for (int i = 0; i < 20; i++)
        key_with('y', MOD_CTRL);
    assert_string_equal(page.text, "");
    key_with('z', MOD_CTRL | MOD_SHIFT);
    assert_string_equal(page.text, "");
}

static void selecting_by_pointer(void **state) {
    (void)state;
    strcpy(page.text, "one two three"); // 7 px a character from x = 20
    use(fields);
    press(20 + 4 * 7, 25, 1, 0);
    move(20 + 7 * 7, 25);
    release(20 + 7 * 7, 25);
    type("2");
    assert_string_equal(page.text, "one 2 three");
    press(20 + 8 * 7, 25, 2, 0);
    release(20 + 8 * 7, 25);
    key_with('c', MOD_CTRL);
    assert_string_equal(clipboard, "three");
    press(20, 25, 1, 0);
    release(20, 25);
    press(20 + 3 * 7, 25, 1, MOD_SHIFT);
    release(20 + 3 * 7, 25);
    key_with('c', MOD_CTRL);
    assert_string_equal(clipboard, "one");
    press(30, 25, 3, 0);
    release(30, 25);
    key_with('x', MOD_CTRL);
    assert_string_equal(page.text, "");
}

static void a_full_field_stays_whole(void **state) {
    (void)state;
    use(fields);
    click(50, 75);
    type("abcdeé"); // 7 bytes: just fits
    assert_string_equal(page.small, "abcdeé");
    type("x");
    assert_string_equal(page.small, "abcdeé");
    key(KEY_BACKSPACE);
    type("漢"); // two bytes are left: no half of a character
    assert_string_equal(page.small, "abcde");
    key_with('a', MOD_CTRL);
    clipboard_set(NULL, "a\nb\tc\xff\x01"
                        "def");
    key_with('v', MOD_CTRL);
    assert_string_equal(page.small, "a b cde");
    assert_int_equal(utf8_check(page.small, strlen(page.small)), strlen(page.small));
}

static void escape_brings_back(void **state) {
    (void)state;
    strcpy(page.text, "old");
    use(fields);
    key(KEY_TAB);
    type("new");
    key(KEY_ESCAPE);
    assert_string_equal(page.text, "old");
    assert_true(ui_text_focused(&ui));
    type("newer");
    page.accepted = false;
    click(400, 400); // left with a change
    assert_true(page.accepted);
    page.accepted = false;
    key(KEY_TAB);
    click(400, 400);
    assert_false(page.accepted);
}

static void composing(void **state) {
    (void)state;
    use(fields);
    click(50, 25);
    struct input_event event = {.kind = INPUT_EDITING};
    strcpy(event.text, "かん");
    push(event);
    run();
    assert_string_equal(page.text, "");
    assert_true(shows("かん"));
    key(KEY_BACKSPACE); // the composition's own
    type("漢");
    assert_string_equal(page.text, "漢");
    assert_false(shows("かん"));
}

// Lists and scrolled areas

static void lists(void) {
    page.chosen = -1;
    int row = ui_list(&ui, (rect){10, 10, 200, 160}, "list", page.count, row_text, NULL, &page.highlight);
    if (row >= 0) page.picked = row;
    if (ui_take_key(&ui, KEY_DOWN, 0) || ui_take_key(&ui, 'a', 0)) page.global_keys++;
}

static void wheel(float x, float y, float turns) {
    push((struct input_event){.kind = INPUT_WHEEL, .at = {x, y}, .wheel_y = turns});
    run();
}

static void list_by_keys(void **state) {
    (void)state;
    use(lists);
    key(KEY_TAB);
    key(KEY_DOWN);
    assert_int_equal(page.highlight, 1);
    key(KEY_PAGE_DOWN);
    assert_int_equal(page.highlight, 5); // five rows, one stays in sight
    key(KEY_END);
    assert_int_equal(page.highlight, 99);
    assert_true(shows("v row 99"));
    key(KEY_DOWN);
    assert_int_equal(page.highlight, 99);
    key(KEY_PAGE_UP);
    assert_int_equal(page.highlight, 95);
    key(KEY_HOME);
    assert_int_equal(page.highlight, 0);
    assert_true(shows("a row 0"));
    key(KEY_ENTER);
    assert_int_equal(page.picked, 0);
    type("c");
    assert_int_equal(page.highlight, 2);
    now += 2;
    type("c"); // the next one
    assert_int_equal(page.highlight, 28);
    now += 2;
    type("z");
    type(" ");
    type("r");
    assert_int_equal(page.highlight, 51);
    assert_int_equal(page.global_keys, 0);
    page.count = 3; // the rows change under it
    run();
    assert_int_equal(page.highlight, 2);
    page.count = 0;
    run();
    key(KEY_DOWN);
    key(KEY_ENTER);
    assert_true(page.picked <= 0);
}

static void list_by_pointer(void **state) {
    (void)state;
    use(lists);
    click(50, 10 + 32 + 5);
    assert_int_equal(page.picked, 1);
    wheel(50, 50, -2); // 96 px: three rows
    click(50, 10 + 5);
    assert_int_equal(page.picked, 3);
    wheel(50, 50, -1000);
    assert_true(shows("v row 99"));
    wheel(50, 300, 1000); // not over it
    assert_true(shows("v row 99"));
    press(205, 165, 1, 0); // the bar
    move(205, -100);
    release(205, -100);
    assert_true(shows("a row 0"));
    assert_int_equal(page.picked, 3);
}

// Rows that draw themselves, beside a field that keeps the focus.
static void draw_marked(void *context, struct ui *u, int row, rect at, struct text_style style) {
    char text[32];
    (void)context;
    snprintf(text, sizeof text, "drawn %d", row);
    draw_text(u->list, at.x, at.y + UI_LIST_BASELINE, text, style);
}

static void list_and_field(void) {
    ui_id field = ui_make_id(&ui, "field");
    struct ui_rows rows = {.count = page.count,
                           .text = row_text,
                           .draw = draw_marked,
                           .beside_field = true,
                           .keys = ui.focus == field,
                           .show = page.picked == 70};
    int row = ui_list_rows(&ui, (rect){10, 50, 200, 160}, "list", &rows, &page.highlight);
    if (row >= 0) page.picked = row;
    ui_text_field(&ui, (rect){10, 10, 200, 32}, "field", page.text, sizeof page.text, "");
    if (ui_take_key(&ui, KEY_DOWN, 0) || ui_take_key(&ui, KEY_ENTER, 0)) page.global_keys++;
}

static void list_beside_a_field(void **state) {
    (void)state;
    use(list_and_field);
    page.text[0] = 0;
    key(KEY_DOWN); // nothing has the focus
    assert_int_equal(page.global_keys, 1);
    key(KEY_TAB); // the field: the list takes none
    key(KEY_DOWN);
    type("cd ");
    assert_string_equal(page.text, "cd ");
    assert_int_equal(page.highlight, 1); // letters are the field's alone
    key(KEY_PAGE_DOWN);
    assert_int_equal(page.highlight, 5);
    assert_true(shows("drawn 5"));
    key(KEY_ENTER);
    assert_int_equal(page.picked, 5);
    assert_int_equal(page.global_keys, 1);
    click(50, 50 + 5); // the first row that is seen
    assert_true(page.picked < 5);
    page.highlight = page.picked = 70; // moved by the caller
    run();
    assert_true(shows("drawn 70"));
}

static void scrolled(void) {
    rect r = {10, 10, 200, 100};
    page.offset = ui_scroll_begin(&ui, r, "scroll", 400);
    for (int i = 0; i < 10; i++) {
        ui_push_id_int(&ui, i);
        if (ui_button(&ui, (rect){20, 10 + 40 * (float)i - page.offset, 100, 32}, "same name", false)) page.picked = i;
        ui_pop_id(&ui);
    }
    ui_scroll_end(&ui);
}

static void scrolling(void **state) {
    (void)state;
    use(scrolled);
    wheel(50, 50, -1);
    assert_true(page.offset > 0);
    wheel(50, 50, -100);
    assert_true(page.offset == 300);
    wheel(50, 50, 100);
    assert_true(page.offset == 0);
    click(60, 130); // clipped away
    assert_int_equal(page.picked, -1);
    key(KEY_TAB); // the area itself
    key(KEY_PAGE_DOWN);
    assert_true(page.offset == 60);
    key(KEY_END);
    assert_true(page.offset == 300);
    key(KEY_HOME);
    for (int i = 0; i < 6; i++)
        key(KEY_TAB); // the sixth button comes into view
    assert_true(page.offset >= 40 * 5 + 32 - 100 && page.offset <= 40 * 5);
    key(KEY_ENTER);
    assert_int_equal(page.picked, 5);
    for (int i = 0; i < 6; i++)
        key_with(KEY_TAB, MOD_SHIFT);
    key_with(KEY_TAB, MOD_SHIFT);
    assert_true(page.offset > 200); // around to the last
}

// Everything at once, and a hand that does anything.

static void everything(void) {
    buttons();
    ui_push_id(&ui, "controls");
    controls();
    ui_pop_id(&ui);
    menus();
    fields();
    lists();
    scrolled();
    if (ui_message(&ui, (rect){300, 400, 300, 44}, "a message of some length that wraps", UI_ERROR, "Fix") ==
        UI_MESSAGE_CLOSED)
        page.pressed[0]++;
    ui_progress(&ui, (rect){0, 48, 800, 3}, NAN);
    if (ui.hot % 977 == 3) page.sheet = true;
    if (ui_take_key(&ui, KEY_F1, 0)) page.sheet = !page.sheet;
}

static uint32_t random_state = 20;
static int random_below(int n) {
    random_state = random_state * 1664525u + 1013904223u;
    return (int)((random_state >> 8) % (uint32_t)n);
}

static void a_random_walk_breaks_nothing(void **state) {
    (void)state;
    static const int keys[] = {KEY_TAB,     KEY_ENTER,     KEY_ESCAPE, KEY_SPACE, KEY_BACKSPACE, KEY_DELETE,
                               KEY_LEFT,    KEY_RIGHT,     KEY_UP,     KEY_DOWN,  KEY_HOME,      KEY_END,
                               KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_F1,     'a',       'b',           'c',
                               'o',         'v',           'x',        'y',       'z',           '?'};
    static const unsigned mods[] = {0, 0, 0, MOD_SHIFT, MOD_CTRL, MOD_CTRL | MOD_SHIFT};
    static const char *const texts[] = {
        "a", "é", "漢", "e\xcc\x81", "\xff", "", "long text that is far longer than the field"};
    frame_page = everything;
    for (int i = 0; i < 30000; i++) {
        struct input_event event = {.kind = (enum input_kind)random_below(INPUT_QUIT),
                                    .at = {(float)random_below(820) - 10, (float)random_below(620) - 10},
                                    .wheel_y = (float)random_below(9) - 4,
                                    .button = 1 + random_below(2),
                                    .clicks = 1 + random_below(3),
                                    .key = keys[random_below(sizeof keys / sizeof *keys)],
                                    .mods = mods[random_below(6)]};
        strcpy(event.text, texts[random_below(7)]);
        push(event);
        if (random_below(3)) frame();
        if (utf8_check(page.text, strlen(page.text)) != strlen(page.text))
            fail_msg("after %d events the text is not UTF-8", i);
        assert_true(strlen(page.text) < sizeof page.text && strlen(page.small) < sizeof page.small);
    }
    run();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
int main(void) {
    const struct CMUnitTest tests[] = {CASE(a_click_presses),
                                       CASE(tab_walks_in_reading_order),
                                       CASE(a_click_leaves_the_keys_to_the_page),
                                       CASE(the_ring_shows_after_a_key_only),
                                       CASE(take_key_hides_it),
                                       CASE(keys_come_one_a_frame),
                                       CASE(the_topmost_is_hit),
                                       CASE(slider_by_pointer_and_keys),
                                       CASE(segments_by_pointer_and_keys),
                                       CASE(small_controls),
                                       CASE(tooltips_wait),
                                       CASE(a_chip_opens_its_popup),
                                       CASE(a_press_outside_closes_and_does_no_more),
                                       CASE(popups_by_keys),
                                       CASE(a_sheet_takes_everything),
                                       CASE(popups_are_drawn_last),
                                       CASE(typing),
                                       CASE(selecting),
                                       CASE(selecting_by_pointer),
                                       CASE(a_full_field_stays_whole),
                                       CASE(escape_brings_back),
                                       CASE(composing),
                                       CASE(list_by_keys),
                                       CASE(list_beside_a_field),
                                       CASE(list_by_pointer),
                                       CASE(scrolling),
                                       CASE(a_random_walk_breaks_nothing)};
    return cmocka_run_group_tests_name("ui", tests, NULL, NULL);
}
