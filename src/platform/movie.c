#include "movie.h"

#include "file.h"
#include "mem.h"
#include "palette.h"
#include "str.h"
#include <errno.h>
#include <fcntl.h>
#include <gif_lib.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GIF_SIDE = 65535, CENTISECONDS_LEAST = 2 };

struct area {
    int x, y, w, h;
};

struct movie {
    int width, height;
    double seconds;
    struct file_save save; // ffmpeg writes into its temporary file
    // GIF: a frame is written when the next one that differs is known, and with it how long it stays
    bool gif;
    GifFileType *file;
    uint32_t *shown, *waiting; // what the frames written so far show; the frame that waits
    int stays;                 // frames that the waiting one stands for
    bool first;
    // MP4
    pid_t encoder;
    int pipe;
    FILE *complaints; // what ffmpeg said
};

extern char **environ;

// --- GIF ---

static int write_bytes(GifFileType *file, const GifByteType *bytes, int count) {
    struct movie *movie = file->UserData;
    return (int)fwrite(bytes, 1, (size_t)count, movie->save.stream);
}

static bool gif_fault(const struct movie *movie, int code, struct err *err) {
    const char *why = GifErrorString(code);
    return err_at(err, ERR_IO, movie->save.target, 0, 0, "the animation could not be written: %s",
                  why ? why : "unknown reason");
}

static bool gif_open(struct movie *movie, const char *path, struct err *err) {
    if (movie->width > GIF_SIDE || movie->height > GIF_SIDE)
        return err_at(err, ERR_LIMIT, path, 0, 0, "a GIF is at most %d pixels wide and high, found %d x %d", GIF_SIDE,
                      movie->width, movie->height);
    const size_t pixels = (size_t)movie->width * (size_t)movie->height;
    movie->shown = mem_array(pixels, sizeof *movie->shown);
    movie->waiting = mem_array(pixels, sizeof *movie->waiting);
    if (!movie->shown || !movie->waiting)
        return err_at(err, ERR_MEMORY, path, 0, 0, "no memory for two frames of %zu pixels", pixels);
    if (!file_save_begin(&movie->save, path, err)) return false;
    int code = 0;
    movie->file = EGifOpen(movie, write_bytes, &code);
    if (!movie->file) return gif_fault(movie, code, err);
    EGifSetGifVersion(movie->file, true);
    static const unsigned char forever[] = {1, 0, 0};
    bool good = EGifPutScreenDesc(movie->file, movie->width, movie->height, 8, 0, NULL) == GIF_OK &&
                EGifPutExtensionLeader(movie->file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
                EGifPutExtensionBlock(movie->file, 11, "NETSCAPE2.0") == GIF_OK &&
                EGifPutExtensionBlock(movie->file, sizeof forever, forever) == GIF_OK &&
                EGifPutExtensionTrailer(movie->file) == GIF_OK;
    return good || gif_fault(movie, movie->file->Error, err);
}

// The smallest rectangle outside of which two frames are equal; w 0: they are.
static struct area difference(const struct movie *movie, const uint32_t *a, const uint32_t *b) {
    int left = movie->width, right = -1, top = movie->height, bottom = -1;
    for (int y = 0; y < movie->height; y++) {
        const size_t row = (size_t)y * (size_t)movie->width;
        if (!memcmp(a + row, b + row, (size_t)movie->width * sizeof *a)) continue;
        if (y < top) top = y;
        bottom = y;
        for (int x = 0; x < left; x++)
            if (a[row + (size_t)x] != b[row + (size_t)x]) left = x;
        for (int x = movie->width - 1; x > right; x--)
            if (a[row + (size_t)x] != b[row + (size_t)x]) right = x;
    }
    return right < 0 ? (struct area){0} : (struct area){left, top, right - left + 1, bottom - top + 1};
}

static ColorMapObject *color_map(const struct palette *palette) {
    ColorMapObject *map = GifMakeMapObject(PALETTE_MAX, NULL);
    for (int k = 0; map && k < palette->count; k++)
        map->Colors[k] = (GifColorType){(GifByteType)(palette->colors[k] >> 16), (GifByteType)(palette->colors[k] >> 8),
                                        (GifByteType)palette->colors[k]};
    return map;
}

static bool put_image(GifFileType *file, struct area area, const ColorMapObject *map, GifByteType *indices,
                      int centiseconds) {
    GraphicsControlBlock control = {
        .DisposalMode = DISPOSE_DO_NOT, .DelayTime = centiseconds, .TransparentColor = NO_TRANSPARENT_COLOR};
    GifByteType extension[4];
    EGifGCBToExtension(&control, extension);
    bool good = EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, sizeof extension, extension) == GIF_OK &&
                EGifPutImageDesc(file, area.x, area.y, area.w, area.h, false, map) == GIF_OK;
    for (int y = 0; good && y < area.h; y++)
        good = EGifPutLine(file, indices + (size_t)y * (size_t)area.w, area.w) == GIF_OK;
    return good;
}

// One picture of the file: the area of the waiting frame, shown for so many hundredths of a second.
static bool gif_put(struct movie *movie, struct area area, int centiseconds, struct err *err) {
    const size_t count = (size_t)area.w * (size_t)area.h;
    uint32_t *pixels = mem_array(count, sizeof *pixels);
    GifByteType *indices = mem_array(count, 1);
    struct palette palette;
    for (int y = 0; pixels && y < area.h; y++)
        memcpy(pixels + (size_t)y * (size_t)area.w,
               movie->waiting + (size_t)(area.y + y) * (size_t)movie->width + area.x, (size_t)area.w * sizeof *pixels);
    bool good = (pixels && indices && palette_index(pixels, count, &palette, indices)) ||
                err_set(err, ERR_MEMORY, "no memory for a frame of %zu pixels", count);
    ColorMapObject *map = good ? color_map(&palette) : NULL;
    if (good && !(map && put_image(movie->file, area, map, indices, centiseconds)))
        good = gif_fault(movie, movie->file->Error, err);
    GifFreeMapObject(map);
    mem_free(pixels);
    mem_free(indices);
    return good;
}

// The waiting frame is written over what is shown.
static bool gif_flush(struct movie *movie, struct err *err) {
    if (movie->stays == 0) return true;
    struct area area = movie->first ? (struct area){0, 0, movie->width, movie->height}
                                    : difference(movie, movie->shown, movie->waiting);
    int centiseconds = (int)lround(movie->seconds * movie->stays * 100);
    if (centiseconds < CENTISECONDS_LEAST) centiseconds = CENTISECONDS_LEAST;
    if (!gif_put(movie, area, centiseconds, err)) return false;
    uint32_t *shown = movie->shown;
    movie->shown = movie->waiting;
    movie->waiting = shown;
    movie->stays = 0;
    movie->first = false;
    return true;
}

static bool gif_add(struct movie *movie, const uint32_t *pixels, struct err *err) {
    if (movie->stays > 0 && difference(movie, movie->waiting, pixels).w == 0) {
        movie->stays++;
        return true;
    }
    if (!gif_flush(movie, err)) return false;
    memcpy(movie->waiting, pixels, (size_t)movie->width * (size_t)movie->height * sizeof *pixels);
    movie->stays = 1;
    return true;
}

static bool gif_end(struct movie *movie, struct err *err) {
    bool good = gif_flush(movie, err);
    int code = 0;
    if (EGifCloseFile(movie->file, &code) != GIF_OK && good) good = gif_fault(movie, code, err);
    movie->file = NULL;
    return good && file_save_commit(&movie->save, err);
}

// --- MP4 ---

bool movie_can_mp4(void) {
    const char *path = getenv("PATH");
    for (const char *at = path; at && *at;) {
        size_t length = strcspn(at, ":");
        struct str program = {0};
        str_put_n(&program, at, length);
        str_put(&program, "/ffmpeg");
        bool found = access(str_text(&program), X_OK) == 0;
        str_release(&program);
        if (found) return true;
        at += length + (at[length] == ':');
    }
    return false;
}

// ffmpeg reads raw frames from the pipe and pads odd sides, which H.264 does not take.
static bool mp4_start(struct movie *movie, struct err *err) {
    char size[32], rate[32];
    snprintf(size, sizeof size, "%dx%d", movie->width, movie->height);
    snprintf(rate, sizeof rate, "%.6g", 1 / movie->seconds);
    const char *words[] = {"ffmpeg",
                           "-y",
                           "-loglevel",
                           "error",
                           "-f",
                           "rawvideo",
                           "-pix_fmt",
                           "bgra",
                           "-s",
                           size,
                           "-r",
                           rate,
                           "-i",
                           "-",
                           "-vf",
                           "pad=ceil(iw/2)*2:ceil(ih/2)*2",
                           "-c:v",
                           "libx264",
                           "-pix_fmt",
                           "yuv420p",
                           "-movflags",
                           "+faststart",
                           "-f",
                           "mp4",
                           movie->save.temporary,
                           NULL};
    int ends[2];
    movie->complaints = tmpfile();
    if (!movie->complaints || pipe2(ends, O_CLOEXEC) != 0)
        return err_at(err, ERR_IO, movie->save.target, 0, 0, "no pipe to ffmpeg: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(movie->complaints), STDERR_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    int fault = posix_spawnp(&movie->encoder, words[0], &actions, NULL, (char **)(uintptr_t)words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    movie->pipe = ends[1];
    if (fault == 0) return true;
    movie->encoder = 0;
    return err_at(err, ERR_IO, movie->save.target, 0, 0, "an MP4 needs the program ffmpeg: %s", strerror(fault));
}

static bool mp4_open(struct movie *movie, const char *path, struct err *err) {
    if (!movie_can_mp4())
        return err_at(err, ERR_IO, path, 0, 0,
                      "an MP4 needs the program ffmpeg, which is not installed; a GIF needs nothing");
    if (!file_save_begin(&movie->save, path, err)) return false;
    if (!movie->save.temporary) return err_at(err, ERR_IO, path, 0, 0, "expected a file to write, found a device");
    return mp4_start(movie, err);
}

// Waits for ffmpeg; false with its last words when it failed.
static bool mp4_wait(struct movie *movie, struct err *err) {
    if (movie->pipe >= 0) close(movie->pipe);
    movie->pipe = -1;
    int status = -1;
    while (waitpid(movie->encoder, &status, 0) < 0 && errno == EINTR) {
    }
    movie->encoder = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    char said[200] = "";
    rewind(movie->complaints);
    if (!fgets(said, sizeof said, movie->complaints)) said[0] = 0;
    said[strcspn(said, "\n")] = 0;
    return err_at(err, ERR_IO, movie->save.target, 0, 0, "ffmpeg could not make the film%s%s", *said ? ": " : "", said);
}

static bool mp4_add(struct movie *movie, const uint32_t *pixels, struct err *err) {
    const char *bytes = (const char *)pixels;
    size_t left = (size_t)movie->width * (size_t)movie->height * sizeof *pixels;
    // A pipe whose reader died raises SIGPIPE: this one is told by the result instead.
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    ssize_t wrote = 0;
    while (left > 0 && ((wrote = write(movie->pipe, bytes, left)) > 0 || errno == EINTR)) {
        if (wrote < 0) continue;
        bytes += wrote;
        left -= (size_t)wrote;
    }
    sigaction(SIGPIPE, &before, NULL);
    if (left == 0) return true;
    const char *why = strerror(errno);
    return mp4_wait(movie, err) && err_at(err, ERR_IO, movie->save.target, 0, 0, "ffmpeg stopped reading: %s", why);
}

static bool mp4_end(struct movie *movie, struct err *err) {
    return movie->encoder && mp4_wait(movie, err) && file_save_commit(&movie->save, err);
}

// --- both ---

struct movie *movie_new(const char *path, int width, int height, double seconds, struct err *err) {
    struct movie *movie = mem_need(1, sizeof *movie);
    *movie = (struct movie){.width = width, .height = height, .seconds = seconds, .first = true, .pipe = -1};
    movie->gif = file_ends_with(path, ".gif");
    bool good = movie->gif ? gif_open(movie, path, err)
                : file_ends_with(path, ".mp4")
                    ? mp4_open(movie, path, err)
                    : err_set(err, ERR_USAGE, "expected a film that ends in .gif or .mp4, found \"%s\"", path);
    if (good) return movie;
    movie_drop(movie);
    return NULL;
}

bool movie_add(struct movie *movie, const uint32_t *pixels, struct err *err) {
    return movie->gif ? gif_add(movie, pixels, err) : mp4_add(movie, pixels, err);
}

bool movie_end(struct movie *movie, struct err *err) {
    bool good = movie->gif ? gif_end(movie, err) : mp4_end(movie, err);
    movie_drop(movie);
    return good;
}

void movie_drop(struct movie *movie) {
    if (!movie) return;
    if (movie->file) EGifCloseFile(movie->file, NULL);
    if (movie->pipe >= 0) close(movie->pipe);
    if (movie->encoder) {
        kill(movie->encoder, SIGTERM);
        while (waitpid(movie->encoder, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    if (movie->complaints) fclose(movie->complaints);
    if (movie->save.target) file_save_abandon(&movie->save);
    mem_free(movie->shown);
    mem_free(movie->waiting);
    mem_free(movie);
}
