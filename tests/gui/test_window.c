// A real window (under Xvfb, through tests/support/with_display) or SDL's dummy driver: opening, scale,
// presenting, events, waking, idling, resizing, clipboard, quitting. Real key and pointer events through
// xdotool where it is.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "theme.h"
#include "thread.h"
#include "window.h"
#include <SDL.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct window *window;
static struct draw_list list;

static bool on_x11(void) {
    const char *display = getenv("UNROLL_TEST_DISPLAY");
    return display && strcmp(display, "x11") == 0;
}

static void present(void *context) {
    (void)context;
    const struct theme *theme = theme_get(THEME_LIGHT);
    float width, height, scale;
    window_metrics(window, &width, &height, &scale);
    draw_begin(&list, width, height, scale);
    draw_rect(&list, (rect){0, 0, width, 48}, theme->panel, 0);
    draw_rect(&list, (rect){width - 100, height - 60, 100, 60}, theme->hi, 0);
    draw_text(&list, 64, 30, "The forget gate", (struct text_style){FONT_SANS_SEMIBOLD, 14, theme->ink1, ALIGN_LEFT});
    window_present(window, &list, theme->stage);
}

static int open_window(void **state) {
    (void)state;
    struct err err = {0};
    double start = clock_seconds();
    window = window_new(&(struct window_options){"unroll test", 1280, 800, 1}, &err);
    if (!window) {
        print_message("# %s\n", err.message);
        return -1;
    }
    draw_init(&list, window_fonts(window));
    present(NULL);
    print_message("# window with a first frame after %.0f ms (%s)\n", (clock_seconds() - start) * 1e3,
                  SDL_GetCurrentVideoDriver());
    return 0;
}

static int close_window(void **state) {
    (void)state;
    draw_release(&list);
    window_free(window);
    return 0;
}

static void drain(double seconds) {
    struct input_event event;
    double end = clock_seconds() + seconds;
    while (window_wait(window, fmax(0, end - clock_seconds()), &event)) {
    }
}

// The next event of a kind, or fails after two seconds.
static struct input_event expect(enum input_kind kind) {
    struct input_event event;
    double end = clock_seconds() + 2;
    while (clock_seconds() < end)
        if (window_wait(window, 0.1, &event) && event.kind == kind) return event;
    fail_msg("no event of kind %d came", (int)kind);
    return event;
}

static SDL_Window *sdl_window(void) {
    for (Uint32 id = 1; id < 64; id++)
        if (SDL_GetWindowFromID(id)) return SDL_GetWindowFromID(id);
    return NULL;
}

static uint32_t screen_pixel(int x, int y) {
    SDL_Renderer *screen = SDL_GetRenderer(sdl_window());
    uint32_t pixel = 0;
    if (screen) { // presented by texture
        SDL_RenderReadPixels(screen, &(SDL_Rect){x, y, 1, 1}, SDL_PIXELFORMAT_ARGB8888, &pixel, 4);
        return pixel & 0xffffff;
    }
    const SDL_Surface *surface = SDL_GetWindowSurface(sdl_window());
    assert_true(x < surface->w && y < surface->h);
    const char *row = (const char *)surface->pixels + (size_t)y * (size_t)surface->pitch;
    return ((const uint32_t *)row)[x] & 0xffffff;
}

static void test_pixels(void **state) {
    (void)state;
    present(NULL);
    float width, height, scale;
    window_metrics(window, &width, &height, &scale);
    assert_true(scale == 1);
    assert_int_equal(screen_pixel(400, 20), 0xffffff);
    assert_int_equal(screen_pixel(400, 400), 0xfbfbf9);
    assert_int_equal(screen_pixel((int)width - 10, (int)height - 10), 0xffd92e);
    int ink = 0;
    for (int x = 64; x < 170; x++)
        ink += screen_pixel(x, 25) != 0xffffff;
    assert_true(ink > 20);
}

static void push_size(int width, int height) {
    SDL_SetWindowSize(sdl_window(), width, height);
    drain(0.2);
}

static void test_scale_rule(void **state) {
    (void)state;
    static const struct {
        int width, height;
        float user, scale;
    } cases[] = {
        {1280, 720, 1, 1}, {1440, 900, 1, 1},       {1536, 960, 1, 1},     {1600, 1000, 1, 1.25f},
        {700, 500, 1, 1},  {1280, 800, 1.5f, 1.5f}, {1600, 1000, 2, 2.5f},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float width, height, scale;
        push_size(cases[i].width, cases[i].height);
        window_set_user_scale(window, cases[i].user);
        present(NULL);
        window_metrics(window, &width, &height, &scale);
        if (!(fabsf(scale - cases[i].scale) < 1e-6f))
            fail_msg("%d x %d has scale %g", cases[i].width, cases[i].height, (double)scale);
        assert_true(fabsf(width * scale - (float)cases[i].width) < 0.01f &&
                    fabsf(height * scale - (float)cases[i].height) < 0.01f);
        assert_int_equal(screen_pixel(cases[i].width - 2, cases[i].height - 2),
                         0xffd92e); // drawn at the new size
    }
    window_set_user_scale(window, 1);
    push_size(1280, 800);
    present(NULL);
}

static void test_resize_is_told(void **state) {
    (void)state;
    drain(0.05);
    SDL_SetWindowSize(sdl_window(), 1100, 700);
    expect(INPUT_RESIZE);
    SDL_SetWindowSize(sdl_window(), 1280, 800);
    expect(INPUT_RESIZE);
    present(NULL);
}

static void push_key(SDL_Keycode key, Uint16 mods) {
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = key;
    event.key.keysym.mod = mods;
    SDL_PushEvent(&event);
}

static void test_keys(void **state) {
    (void)state;
    static const struct {
        SDL_Keycode from;
        Uint16 mods;
        int key;
        unsigned expected;
    } cases[] = {
        {SDLK_a, 0, 'a', 0},
        {SDLK_LEFTBRACKET, 0, '[', 0},
        {SDLK_RIGHT, KMOD_LSHIFT, KEY_RIGHT, MOD_SHIFT},
        {SDLK_F1, 0, KEY_F1, 0},
        {SDLK_F11, 0, KEY_F11, 0},
        {SDLK_RETURN, KMOD_RCTRL, KEY_ENTER, MOD_CTRL},
        {SDLK_KP_ENTER, 0, KEY_ENTER, 0},
        {SDLK_SPACE, 0, KEY_SPACE, 0},
        {SDLK_KP_4, 0, KEY_LEFT, 0},
        {SDLK_KP_4, KMOD_NUM, '4', 0},
        {SDLK_PAGEDOWN, 0, KEY_PAGE_DOWN, 0},
        {SDLK_TAB, KMOD_LSHIFT | KMOD_LALT, KEY_TAB, MOD_SHIFT | MOD_ALT},
        {SDLK_DELETE, 0, KEY_DELETE, 0},
        {SDLK_ESCAPE, 0, KEY_ESCAPE, 0},
    };
    drain(0.05);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        push_key(cases[i].from, cases[i].mods);
        struct input_event event = expect(INPUT_KEY);
        assert_int_equal(event.key, cases[i].key);
        assert_int_equal(event.mods, cases[i].expected);
    }
    push_key(SDLK_LSHIFT, 0); // means nothing alone
    push_key(SDLK_b, 0);
    assert_int_equal(expect(INPUT_KEY).key, 'b');
}

static void test_pointer(void **state) {
    (void)state;
    drain(0.05);
    window_set_user_scale(window, 2);
    for (int i = 0; i < 3; i++) {
        SDL_Event move = {.motion = {.type = SDL_MOUSEMOTION, .x = 100 + i * 50, .y = 60}};
        SDL_PushEvent(&move);
    }
    struct input_event event = expect(INPUT_MOVE); // of several moves the last one
    assert_true(event.at.x == 100 && event.at.y == 30);
    SDL_Event press = {
        .button = {.type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_RIGHT, .clicks = 2, .x = 10, .y = 20}};
    SDL_PushEvent(&press);
    event = expect(INPUT_PRESS);
    assert_int_equal(event.button, 3);
    assert_int_equal(event.clicks, 2);
    assert_true(event.at.x == 5 && event.at.y == 10);
    SDL_Event wheel = {.wheel = {.type = SDL_MOUSEWHEEL, .y = -1, .preciseY = -1.5f}};
    SDL_PushEvent(&wheel);
    assert_true(expect(INPUT_WHEEL).wheel_y == -1.5f);
    window_set_user_scale(window, 1);
}

static void test_text_and_drop(void **state) {
    (void)state;
    window_text_input(window, true, (rect){10, 10, 1, 20});
    SDL_Event text = {.text = {.type = SDL_TEXTINPUT, .text = "\u00e4"}};
    SDL_PushEvent(&text);
    assert_string_equal(expect(INPUT_TEXT).text, "\u00e4");
    window_text_input(window, false, (rect){0});
    // What is dropped comes in pieces and is handed on whole: several files, lines of a text, nothing that is of use.
    static const struct {
        Uint32 type;
        const char *pieces[2];
        int count;
        const char *first;
    } drops[] = {{SDL_DROPFILE, {"/tmp/names.txt", "/tmp/b.txt"}, 2, "/tmp/names.txt"},
                 {SDL_DROPTEXT, {"anna", "bert"}, 1, "anna\nbert\n"},
                 {SDL_DROPFILE, {NULL}, 0, NULL}};
    for (size_t k = 0; k < sizeof drops / sizeof *drops; k++) {
        SDL_Event edge = {.drop = {.type = SDL_DROPBEGIN}};
        SDL_PushEvent(&edge);
        for (int i = 0; i < 2 && drops[k].pieces[i]; i++) {
            SDL_Event drop = {.drop = {.type = drops[k].type, .file = SDL_strdup(drops[k].pieces[i])}};
            SDL_PushEvent(&drop);
        }
        edge.type = SDL_DROPCOMPLETE;
        SDL_PushEvent(&edge);
        struct input_event event = expect(INPUT_DROP);
        assert_int_equal(event.drop_count, drops[k].count);
        assert_int_equal(event.drop_text, drops[k].type == SDL_DROPTEXT);
        if (drops[k].first) assert_string_equal(event.dropped[0], drops[k].first);
    }
}

static void wake_soon(void *context) {
    (void)context;
    SDL_Delay(100);
    for (int i = 0; i < 1000; i++)
        window_wake(window);
}

static void test_wake_from_a_thread(void **state) {
    (void)state;
    drain(0.05);
    struct thread *thread = thread_start(wake_soon, NULL);
    struct input_event event;
    double start = clock_seconds();
    assert_true(window_wait(window, -1, &event));
    double waited = clock_seconds() - start;
    assert_int_equal(event.kind, INPUT_WAKE);
    if (!(waited > 0.05 && waited < 1)) fail_msg("woken after %g s", waited);
    thread_join(thread);
    int more = 0;
    while (window_wait(window, 0, &event))
        more += event.kind == INPUT_WAKE;
    assert_true(more <= 20); // a thousand calls do not fill the queue
}

static void test_waiting_costs_nothing(void **state) {
    (void)state;
    drain(0.1);
    struct input_event event;
    double start = clock_seconds();
    clock_t before = clock();
    assert_false(window_wait(window, 0.5, &event));
    double used = (double)(clock() - before) / CLOCKS_PER_SEC, waited = clock_seconds() - start;
    assert_true(waited >= 0.49 && waited < 1);
    // SDL's driver without a screen looks every millisecond; a real one sleeps.
    if (!(used < (on_x11() ? 0.01 : 0.2))) fail_msg("waiting half a second took %g s of processor time", used);
    assert_int_equal(event.kind, INPUT_NONE);
}

static void test_clipboard(void **state) {
    (void)state;
    window_clipboard_set(window, "\u0393 forget");
    char *text = window_clipboard_get(window);
    assert_string_equal(text, "\u0393 forget");
    mem_free(text);
    window_clipboard_set(window, "");
    assert_null(window_clipboard_get(window));
}

static void test_cursors_and_title(void **state) {
    (void)state;
    for (int i = 0; i < CURSOR_COUNT; i++)
        window_set_cursor(window, (enum input_cursor)i);
    window_set_cursor(window, CURSOR_ARROW);
    window_set_title(window, "unroll \u2013 names.txt");
    assert_string_equal(SDL_GetWindowTitle(sdl_window()), "unroll \u2013 names.txt");
}

static void test_signal_and_close_are_quit(void **state) {
    (void)state;
    drain(0.05);
    SDL_Event close = {.type = SDL_QUIT};
    SDL_PushEvent(&close);
    expect(INPUT_QUIT);
    raise(SIGINT);
    expect(INPUT_QUIT);
}

static bool has_xdotool(void) {
    return on_x11() && system("command -v xdotool >/dev/null 2>&1") == 0;
}

static void test_real_events(void **state) {
    (void)state;
    if (!has_xdotool()) {
        print_message("# not tried: no xdotool or no X server\n");
        skip();
    }
    present(NULL);
    drain(0.2);
    assert_int_equal(system("id=$(xdotool search --name 'unroll' | tail -1); xdotool windowfocus --sync $id "
                            "mousemove --window $id 300 200"),
                     0);
    struct input_event event = expect(INPUT_MOVE);
    assert_true(fabsf(event.at.x - 300) < 1.5f && fabsf(event.at.y - 200) < 1.5f);
    assert_int_equal(system("xdotool click 1"), 0);
    assert_int_equal(expect(INPUT_PRESS).button, 1);
    assert_int_equal(expect(INPUT_RELEASE).button, 1);
    assert_int_equal(system("xdotool key shift+Right"), 0);
    do
        event = expect(INPUT_KEY);
    while (event.key != KEY_RIGHT);
    assert_int_equal(event.mods, MOD_SHIFT);
    assert_int_equal(system("xdotool click 5"), 0);
    assert_true(expect(INPUT_WHEEL).wheel_y < 0);
}

static void test_two_windows_one_after_the_other(void **state) {
    (void)state;
    close_window(NULL);
    assert_int_equal(open_window(NULL), 0);
    assert_true(window_has_display());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pixels),
        cmocka_unit_test(test_scale_rule),
        cmocka_unit_test(test_resize_is_told),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_pointer),
        cmocka_unit_test(test_text_and_drop),
        cmocka_unit_test(test_wake_from_a_thread),
        cmocka_unit_test(test_waiting_costs_nothing),
        cmocka_unit_test(test_clipboard),
        cmocka_unit_test(test_cursors_and_title),
        cmocka_unit_test(test_real_events),
        cmocka_unit_test(test_signal_and_close_are_quit),
        cmocka_unit_test(test_two_windows_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, open_window, close_window);
}
