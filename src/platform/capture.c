#include "capture.h"
#include "atlas.h"
#include "file.h"
#include "mem.h"
#include "raster.h"
#include "str.h"
#include <SDL_image.h>
#include <math.h>
#include <string.h>

struct capture {
    struct atlas *atlas;
    struct renderer *renderer;
    uint32_t *pixels;
    int width, height;
};

struct capture *capture_new(float scale, struct err *err) {
    struct atlas *atlas = atlas_new(scale, err);
    if (!atlas) return NULL;
    struct capture *capture = mem_need(1, sizeof *capture);
    capture->atlas = atlas;
    capture->renderer = renderer_new(atlas, 2);
    return capture;
}

void capture_free(struct capture *capture) {
    if (!capture) return;
    renderer_free(capture->renderer);
    atlas_free(capture->atlas);
    mem_free(capture->pixels);
    mem_free(capture);
}

const struct font_source *capture_fonts(struct capture *capture) {
    return atlas_fonts(capture->atlas);
}

const char *capture_missing_fonts(const struct capture *capture) {
    return atlas_missing(capture->atlas);
}

const uint32_t *capture_pixels(struct capture *capture, const struct draw_list *list, color background, int *width,
                               int *height) {
    *width = (int)ceilf(list->bounds.w * list->scale);
    *height = (int)ceilf(list->bounds.h * list->scale);
    if (*width != capture->width || *height != capture->height) {
        mem_free(capture->pixels);
        capture->pixels = mem_need((size_t)*width * (size_t)*height, sizeof(uint32_t));
        capture->width = *width;
        capture->height = *height;
    }
    rect dirty;
    renderer_draw(capture->renderer, list, background, capture->pixels, *width, *height, *width * 4, true, &dirty, 1);
    return capture->pixels;
}

// PNG into memory, so that the file is saved whole or not at all

static size_t SDLCALL write_to_str(SDL_RWops *stream, const void *bytes, size_t size, size_t count) {
    str_put_n(stream->hidden.unknown.data1, bytes, size * count);
    return count;
}

static Sint64 SDLCALL no_size(SDL_RWops *stream) {
    (void)stream;
    return -1;
}

static Sint64 SDLCALL tell_position(SDL_RWops *stream, Sint64 at, int whence) {
    const struct str *out = stream->hidden.unknown.data1;
    if (at == 0 && whence == RW_SEEK_CUR) return (Sint64)out->size;
    return SDL_SetError("a PNG is written from front to back");
}

static int SDLCALL close_stream(SDL_RWops *stream) {
    SDL_FreeRW(stream);
    return 0;
}

static bool encode_png(const uint32_t *pixels, int width, int height, struct str *out, struct err *err) {
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormatFrom((void *)(uintptr_t)pixels, width, height, 32, width * 4,
                                                              SDL_PIXELFORMAT_ARGB8888);
    SDL_RWops *stream = SDL_AllocRW();
    bool saved = false;
    if (surface && stream) {
        stream->type = SDL_RWOPS_UNKNOWN;
        stream->hidden.unknown.data1 = out;
        stream->write = write_to_str;
        stream->seek = tell_position;
        stream->size = no_size;
        stream->close = close_stream;
        saved = IMG_SavePNG_RW(surface, stream, 1) == 0;
    } else if (stream) {
        SDL_FreeRW(stream);
    }
    SDL_FreeSurface(surface);
    return saved || err_set(err, ERR_IO, "the picture could not be made: %s", SDL_GetError());
}

bool capture_save(struct capture *capture, const struct draw_list *list, color background, const char *path,
                  struct err *err) {
    struct str out = {0};
    bool made = true;
    if (file_ends_with(path, ".svg")) {
        draw_svg(list, background, &out);
    } else if (file_ends_with(path, ".png")) {
        int width, height;
        const uint32_t *pixels = capture_pixels(capture, list, background, &width, &height);
        made = encode_png(pixels, width, height, &out, err);
    } else {
        made = err_set(err, ERR_USAGE, "expected a picture that ends in .png or .svg, got \"%s\"", path);
    }
    bool saved = made && file_save_whole(path, out.data, out.size, err);
    str_release(&out);
    return saved;
}

bool capture_png(struct capture *capture, const struct draw_list *list, color background, rect part, struct str *out,
                 struct err *err) {
    int width, height;
    const uint32_t *pixels = capture_pixels(capture, list, background, &width, &height);
    int left = (int)lroundf(part.x * list->scale), top = (int)lroundf(part.y * list->scale);
    int w = (int)lroundf(part.w * list->scale), h = (int)lroundf(part.h * list->scale);
    if (left < 0 || top < 0 || w < 1 || h < 1 || left + w > width || top + h > height)
        return err_set(err, ERR_VALUE, "expected a part of a picture of %d x %d, found %d x %d at %d, %d", width,
                       height, w, h, left, top);
    uint32_t *cut = mem_need((size_t)w * (size_t)h, sizeof *cut);
    for (int y = 0; y < h; y++)
        memcpy(cut + (size_t)y * (size_t)w, pixels + (size_t)(top + y) * (size_t)width + left, (size_t)w * sizeof *cut);
    bool good = encode_png(cut, w, h, out, err);
    mem_free(cut);
    return good;
}

uint32_t *capture_load(const char *path, int *width, int *height, struct err *err) {
    SDL_Surface *read = IMG_Load(path);
    SDL_Surface *surface = read ? SDL_ConvertSurfaceFormat(read, SDL_PIXELFORMAT_ARGB8888, 0) : NULL;
    SDL_FreeSurface(read);
    if (!surface) {
        err_at(err, ERR_FORMAT, path, 0, 0, "expected a PNG picture: %s", SDL_GetError());
        return NULL;
    }
    *width = surface->w, *height = surface->h;
    uint32_t *pixels = mem_need((size_t)surface->w * (size_t)surface->h, sizeof *pixels);
    for (int y = 0; y < surface->h; y++)
        memcpy(pixels + (size_t)y * (size_t)surface->w,
               (const char *)surface->pixels + (size_t)y * (size_t)surface->pitch, (size_t)surface->w * 4);
    SDL_FreeSurface(surface);
    return pixels;
}
