#include "window.h"
#include "atlas.h"
#include "drop.h"
#include "keys.h"
#include "mem.h"
#include "raster.h"
#include "thread.h"
#include <SDL.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_WIDTH = 640, LEAST_HEIGHT = 480, MOST_DIRTY = 32 };

struct window {
    SDL_Window *handle;
    struct atlas *atlas;
    struct renderer *renderer;
    // One of two ways to the screen: the window's own surface, or a texture and a buffer of our own.
    bool by_texture;
    SDL_Renderer *screen;
    SDL_Texture *texture;
    uint32_t *pixels; // by_texture, or when the surface has another pixel format
    int pixel_width, pixel_height;
    bool redraw_all, show_all; // draw every pixel again; put every pixel on the screen again
    bool shown;
    float user_scale, scale, system_scale; // scale: device pixels per logical pixel
    int width, height;                     // device pixels
    Uint32 wake_event;
    atomic_bool waking;
    SDL_Cursor *cursors[CURSOR_COUNT];
    enum input_cursor cursor;
    bool text_input;
    struct drop drop;
    void (*redraw)(void *context);
    void *redraw_context;
    bool redrawing;
};

static bool start_video(void) {
    if (SDL_WasInit(SDL_INIT_VIDEO)) return true;
    SDL_SetHint(SDL_HINT_APP_NAME, "unroll");
    SDL_SetHint("SDL_VIDEO_X11_WMCLASS", "unroll");
    SDL_SetHint("SDL_VIDEO_WAYLAND_WMCLASS", "unroll");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    return SDL_InitSubSystem(SDL_INIT_VIDEO) == 0;
}

// Without a screen SDL falls back to a driver that shows nothing; that is a display only for who asked for it by name.
bool window_has_display(void) {
    if (!start_video() || SDL_GetNumVideoDisplays() < 1) return false;
    static const char *const unseen[] = {"offscreen", "dummy", "evdev"};
    const char *driver = SDL_GetCurrentVideoDriver(), *asked = SDL_GetHint(SDL_HINT_VIDEODRIVER);
    if (asked && *asked) return true;
    for (size_t k = 0; k < sizeof unseen / sizeof *unseen; k++)
        if (!strcmp(driver, unseen[k])) return false;
    return true;
}

// Size and scale

static void measure(struct window *window) {
    int w, h;
    SDL_GetWindowSize(window->handle, &w, &h);
    window->width = w, window->height = h;
    if (window->by_texture) SDL_GetRendererOutputSize(window->screen, &window->width, &window->height);
    window->system_scale = w > 0 && window->width > 0 ? (float)window->width / (float)w : 1;
    float s = draw_window_scale((float)w, (float)h);
    window->scale = s * window->system_scale * window->user_scale;
    atlas_set_scale(window->atlas, window->scale);
}

void window_metrics(const struct window *window, float *width, float *height, float *scale) {
    *width = (float)window->width / window->scale;
    *height = (float)window->height / window->scale;
    *scale = window->scale;
}

void window_set_user_scale(struct window *window, float user_scale) {
    window->user_scale = fminf(fmaxf(user_scale, 0.5f), 4);
    measure(window);
}

// Life

// The window's surface where presenting it is a copy of the changed parts; a texture where the system scales
// windows.
static bool wants_texture(void) {
    if (SDL_GetHintBoolean("UNROLL_TEXTURE", SDL_FALSE)) return true; // tests take this way on x11 too
    const char *driver = SDL_GetCurrentVideoDriver();
    return driver && (strcmp(driver, "wayland") == 0 || strcmp(driver, "cocoa") == 0);
}

static bool open_texture(struct window *window, struct err *err) {
    window->by_texture = true;
    window->screen = SDL_CreateRenderer(window->handle, -1, 0);
    if (!window->screen) window->screen = SDL_CreateRenderer(window->handle, -1, SDL_RENDERER_SOFTWARE);
    return window->screen || err_set(err, ERR_IO, "the window cannot be drawn into: %s", SDL_GetError());
}

static bool open_handle(struct window *window, const struct window_options *options, struct err *err) {
    int width = (int)((float)options->width * window->user_scale),
        height = (int)((float)options->height * window->user_scale);
    SDL_Rect usable;
    if (SDL_GetDisplayUsableBounds(0, &usable) == 0 && usable.w >= LEAST_WIDTH && usable.h >= LEAST_HEIGHT) {
        width = width < usable.w ? width : usable.w;
        height = height < usable.h ? height : usable.h;
    }
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_HIDDEN | SDL_WINDOW_ALLOW_HIGHDPI;
    window->handle =
        SDL_CreateWindow(options->title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width, height, flags);
    if (!window->handle) return err_set(err, ERR_IO, "the system did not open a window: %s", SDL_GetError());
    SDL_SetWindowMinimumSize(window->handle, LEAST_WIDTH, LEAST_HEIGHT);
    if (!wants_texture()) {
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
        if (SDL_GetWindowSurface(window->handle)) return true;
    }
    return open_texture(window, err);
}

static int watch(void *context, SDL_Event *event) {
    struct window *window = context;
    bool resized = event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED;
    if (!resized || !window->redraw || window->redrawing || !window->shown) return 1;
    window->redrawing = true;
    window->redraw_all = window->show_all = true;
    measure(window);
    window->redraw(window->redraw_context);
    window->redrawing = false;
    return 1;
}

struct window *window_new(const struct window_options *options, struct err *err) {
    if (!start_video()) {
        err_set(err, ERR_IO, "expected a display to open a window on: %s", SDL_GetError());
        return NULL;
    }
    struct window *window = mem_need(1, sizeof *window);
    window->user_scale = options->user_scale > 0 ? fminf(fmaxf(options->user_scale, 0.5f), 4) : 1;
    window->redraw_all = window->show_all = true;
    window->atlas = atlas_new(1, err);
    if (!window->atlas || !open_handle(window, options, err)) {
        window_free(window);
        return NULL;
    }
    int threads = thread_processors();
    window->renderer = renderer_new(window->atlas, threads > 2 ? 2 : threads);
    window->wake_event = SDL_RegisterEvents(1);
    SDL_EnableScreenSaver();
    SDL_StopTextInput();
    SDL_EventState(SDL_DROPFILE, SDL_ENABLE);
    SDL_AddEventWatch(watch, window);
    measure(window);
    return window;
}

void window_free(struct window *window) {
    if (!window) return;
    SDL_DelEventWatch(watch, window);
    drop_forget(&window->drop);
    for (int i = 0; i < CURSOR_COUNT; i++)
        if (window->cursors[i]) SDL_FreeCursor(window->cursors[i]);
    renderer_free(window->renderer);
    atlas_free(window->atlas);
    if (window->texture) SDL_DestroyTexture(window->texture);
    if (window->screen) SDL_DestroyRenderer(window->screen);
    if (window->handle) SDL_DestroyWindow(window->handle);
    mem_free(window->pixels);
    mem_free(window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

void window_on_resize(struct window *window, void (*redraw)(void *context), void *context) {
    window->redraw = redraw;
    window->redraw_context = context;
}

const struct font_source *window_fonts(struct window *window) {
    return atlas_fonts(window->atlas);
}
const char *window_missing_fonts(const struct window *window) {
    return atlas_missing(window->atlas);
}
void window_set_title(struct window *window, const char *title) {
    SDL_SetWindowTitle(window->handle, title);
}

void window_set_fullscreen(struct window *window, bool on) {
    SDL_SetWindowFullscreen(window->handle, on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
}

// Events

static point to_logical(const struct window *window, float x, float y) {
    float k = window->system_scale / window->scale;
    return (point){x * k, y * k};
}

static void put_text(struct input_event *event, const char *text) {
    size_t length = strlen(text);
    if (length < sizeof event->text) memcpy(event->text, text, length + 1);
}

static void translate_window(struct window *window, const SDL_Event *from, struct input_event *event) {
    switch (from->window.event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
        window->redraw_all = window->show_all = true;
        measure(window);
        event->kind = INPUT_RESIZE;
        break;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SHOWN:
    case SDL_WINDOWEVENT_RESTORED:
        window->show_all = true;
        event->kind = INPUT_EXPOSE;
        break;
    case SDL_WINDOWEVENT_DISPLAY_CHANGED:
        window->redraw_all = window->show_all = true;
        measure(window);
        event->kind = INPUT_RESIZE;
        break;
    case SDL_WINDOWEVENT_LEAVE:
        event->kind = INPUT_LEAVE;
        break;
    default:
        break;
    }
}

// Of several moves that wait, the last one counts.
static void skip_to_last_motion(SDL_Event *event) {
    SDL_Event next;
    while (SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1 && next.type == SDL_MOUSEMOTION)
        if (SDL_PeepEvents(event, 1, SDL_GETEVENT, SDL_MOUSEMOTION, SDL_MOUSEMOTION) != 1) return;
}

static void translate_pointer(struct window *window, SDL_Event *from, struct input_event *event) {
    static const int buttons[] = {0, 1, 2, 3}; // SDL_BUTTON_LEFT, _MIDDLE, _RIGHT
    int x, y;
    switch (from->type) {
    case SDL_MOUSEMOTION:
        skip_to_last_motion(from);
        event->kind = INPUT_MOVE;
        event->at = to_logical(window, (float)from->motion.x, (float)from->motion.y);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (from->button.button > SDL_BUTTON_RIGHT) return;
        event->kind = from->type == SDL_MOUSEBUTTONDOWN ? INPUT_PRESS : INPUT_RELEASE;
        event->at = to_logical(window, (float)from->button.x, (float)from->button.y);
        event->button = buttons[from->button.button];
        event->clicks = from->button.clicks;
        break;
    case SDL_MOUSEWHEEL:
        SDL_GetMouseState(&x, &y);
        event->kind = INPUT_WHEEL;
        event->at = to_logical(window, (float)x, (float)y);
        event->wheel_x = from->wheel.preciseX;
        event->wheel_y = from->wheel.preciseY;
        if (from->wheel.direction == SDL_MOUSEWHEEL_FLIPPED)
            event->wheel_x = -event->wheel_x, event->wheel_y = -event->wheel_y;
        break;
    default:
        break;
    }
}

// Two fingers: SDL tells by how much of the window's size they parted.
static void translate_pinch(struct window *window, const SDL_Event *from, struct input_event *event) {
    int w, h;
    if (from->mgesture.numFingers != 2 || from->mgesture.dDist == 0) return;
    SDL_GetWindowSize(window->handle, &w, &h);
    event->kind = INPUT_PINCH;
    event->at = to_logical(window, from->mgesture.x * (float)w, from->mgesture.y * (float)h);
    event->pinch = expf(4 * from->mgesture.dDist); // a quarter of the window is a factor of e
}

static void translate_drop(struct window *window, const SDL_Event *from, struct input_event *event) {
    int x, y, left, top;
    if (!drop_collect(&window->drop, from, event)) return;
    SDL_GetGlobalMouseState(&x, &y); // the window hears no motion while something is dragged over it
    SDL_GetWindowPosition(window->handle, &left, &top);
    event->at = to_logical(window, (float)(x - left), (float)(y - top));
}

static void translate(struct window *window, SDL_Event *from, struct input_event *event) {
    *event = (struct input_event){.mods = keys_mods(SDL_GetModState())};
    if (from->type == window->wake_event) {
        atomic_store(&window->waking, false);
        event->kind = INPUT_WAKE;
        return;
    }
    switch (from->type) {
    case SDL_QUIT:
        event->kind = INPUT_QUIT;
        break;
    case SDL_WINDOWEVENT:
        translate_window(window, from, event);
        break;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        event->key = keys_translate(from->key.keysym.sym, (SDL_Keymod)from->key.keysym.mod);
        event->mods = keys_mods((SDL_Keymod)from->key.keysym.mod);
        event->repeat = from->key.repeat != 0;
        if (event->key != KEY_NONE) event->kind = from->type == SDL_KEYDOWN ? INPUT_KEY : INPUT_KEY_UP;
        break;
    case SDL_TEXTINPUT:
        event->kind = INPUT_TEXT;
        put_text(event, from->text.text);
        break;
    case SDL_TEXTEDITING:
        event->kind = INPUT_EDITING;
        put_text(event, from->edit.text);
        break;
    case SDL_MULTIGESTURE:
        translate_pinch(window, from, event);
        break;
    case SDL_DROPBEGIN:
    case SDL_DROPFILE:
    case SDL_DROPTEXT:
    case SDL_DROPCOMPLETE:
        translate_drop(window, from, event);
        break;
    default:
        translate_pointer(window, from, event);
        break;
    }
}

bool window_wait(struct window *window, double seconds, struct input_event *event) {
    double end = clock_seconds() + seconds;
    for (;;) {
        SDL_Event from;
        int got;
        if (seconds < 0) {
            got = SDL_WaitEvent(&from);
        } else {
            double left = end - clock_seconds();
            got = left > 0 ? SDL_WaitEventTimeout(&from, (int)ceil(left * 1000)) : SDL_PollEvent(&from);
            if (!got && left > 0.001) continue; // woken early
        }
        *event = (struct input_event){0};
        if (!got) return false;
        translate(window, &from, event);
        if (event->kind != INPUT_NONE) return true;
    }
}

void window_wake(struct window *window) {
    if (atomic_exchange(&window->waking, true)) return; // one that waits is enough
    SDL_Event event = {.type = window->wake_event};
    if (SDL_PushEvent(&event) != 1) atomic_store(&window->waking, false);
}

// Pixels

static void need_pixels(struct window *window) {
    if (window->pixels && window->pixel_width == window->width && window->pixel_height == window->height) return;
    mem_free(window->pixels);
    window->pixels = mem_need((size_t)window->width * (size_t)window->height, sizeof *window->pixels);
    window->pixel_width = window->width;
    window->pixel_height = window->height;
    window->redraw_all = window->show_all = true;
    if (window->texture) SDL_DestroyTexture(window->texture);
    window->texture = NULL;
}

static int to_sdl(const rect *dirty, int count, SDL_Rect *out) {
    for (int i = 0; i < count; i++)
        out[i] = (SDL_Rect){(int)dirty[i].x, (int)dirty[i].y, (int)dirty[i].w, (int)dirty[i].h};
    return count;
}

static int draw(struct window *window, const struct draw_list *list, color background, uint32_t *pixels, int pitch,
                SDL_Rect *changed) {
    rect dirty[MOST_DIRTY];
    int count = renderer_draw(window->renderer, list, background, pixels, window->width, window->height, pitch,
                              window->redraw_all, dirty, MOST_DIRTY);
    window->redraw_all = false;
    if (window->show_all) {
        changed[0] = (SDL_Rect){0, 0, window->width, window->height};
        window->show_all = false;
        return 1;
    }
    return to_sdl(dirty, count, changed);
}

static void present_texture(struct window *window, const struct draw_list *list, color background) {
    need_pixels(window);
    if (!window->texture) {
        window->texture = SDL_CreateTexture(window->screen, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING,
                                            window->width, window->height);
        window->show_all = true;
    }
    if (!window->texture) return;
    SDL_Rect changed[MOST_DIRTY];
    int count = draw(window, list, background, window->pixels, window->width * 4, changed);
    if (count == 0) return;
    for (int i = 0; i < count; i++)
        SDL_UpdateTexture(window->texture, &changed[i],
                          window->pixels + (size_t)changed[i].y * (size_t)window->width + changed[i].x,
                          window->width * 4);
    SDL_RenderCopy(window->screen, window->texture, NULL, NULL);
    SDL_RenderPresent(window->screen);
}

static void present_surface(struct window *window, const struct draw_list *list, color background) {
    SDL_Surface *surface = SDL_GetWindowSurface(window->handle); // another one after every resize
    if (!surface) return;
    if (surface->w != window->width || surface->h != window->height) {
        window->width = surface->w, window->height = surface->h;
        window->redraw_all = window->show_all = true;
    }
    SDL_Rect changed[MOST_DIRTY];
    Uint32 format = surface->format->format;
    int count;
    if (format == SDL_PIXELFORMAT_RGB888 || format == SDL_PIXELFORMAT_ARGB8888) {
        count = draw(window, list, background, surface->pixels, surface->pitch, changed);
    } else {
        need_pixels(window);
        count = draw(window, list, background, window->pixels, window->width * 4, changed);
        SDL_Surface *own = SDL_CreateRGBSurfaceWithFormatFrom(window->pixels, window->width, window->height, 32,
                                                              window->width * 4, SDL_PIXELFORMAT_RGB888);
        for (int i = 0; own && i < count; i++) {
            SDL_Rect to = changed[i];
            SDL_BlitSurface(own, &changed[i], surface, &to);
        }
        SDL_FreeSurface(own);
    }
    if (count > 0) SDL_UpdateWindowSurfaceRects(window->handle, changed, count);
}

void window_present(struct window *window, const struct draw_list *list, color background) {
    if (!window->shown) { // nobody sees an empty window
        SDL_ShowWindow(window->handle);
        window->shown = true;
        window->redraw_all = window->show_all = true;
    }
    if (window->width <= 0 || window->height <= 0) return;
    if (window->by_texture)
        present_texture(window, list, background);
    else
        present_surface(window, list, background);
}

// Odds and ends

void window_set_cursor(struct window *window, enum input_cursor cursor) {
    static const SDL_SystemCursor shapes[CURSOR_COUNT] = {[CURSOR_ARROW] = SDL_SYSTEM_CURSOR_ARROW,
                                                          [CURSOR_HAND] = SDL_SYSTEM_CURSOR_HAND,
                                                          [CURSOR_TEXT] = SDL_SYSTEM_CURSOR_IBEAM,
                                                          [CURSOR_RESIZE_H] = SDL_SYSTEM_CURSOR_SIZEWE};
    if (cursor == window->cursor || cursor >= CURSOR_COUNT) return;
    window->cursor = cursor;
    if (!window->cursors[cursor]) window->cursors[cursor] = SDL_CreateSystemCursor(shapes[cursor]);
    if (window->cursors[cursor]) SDL_SetCursor(window->cursors[cursor]);
}

void window_clipboard_set(struct window *window, const char *text) {
    (void)window;
    SDL_SetClipboardText(text);
}

char *window_clipboard_get(struct window *window) {
    (void)window;
    char *text = SDL_GetClipboardText();
    char *copy = text && text[0] ? mem_copy_text(text) : NULL;
    SDL_free(text);
    return copy;
}

void window_text_input(struct window *window, bool on, rect caret) {
    if (on) {
        float k = window->scale / window->system_scale;
        SDL_Rect where = {(int)(caret.x * k), (int)(caret.y * k), (int)ceilf(caret.w * k), (int)ceilf(caret.h * k)};
        SDL_SetTextInputRect(&where);
    }
    if (on == window->text_input) return;
    window->text_input = on;
    if (on)
        SDL_StartTextInput();
    else
        SDL_StopTextInput();
}
