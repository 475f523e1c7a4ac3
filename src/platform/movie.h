#pragma once
// Frames as a moving picture: a GIF (256 colours a frame, by giflib), or an MP4 (H.264) where the program ffmpeg is
// installed: it reads the frames through a pipe. The kind follows the path's ending. Saved whole or not at all. One
// thread at a time.

#include "err.h"
#include <stdint.h>

struct movie;

bool movie_can_mp4(void); // ffmpeg is in the path
// Every frame is width x height pixels and stays `seconds` (a GIF counts hundredths, at least two of them). Fails with
// ERR_USAGE for another ending, ERR_IO, ERR_LIMIT (a GIF is at most 65,535 pixels wide or high).
struct movie *movie_new(const char *path, int width, int height, double seconds, struct err *err);
// ARGB8888, row after row. Frames equal to the one before make it stay longer.
bool movie_add(struct movie *movie, const uint32_t *pixels, struct err *err);
bool movie_end(struct movie *movie, struct err *err); // completes the file; frees in any case
void movie_drop(struct movie *movie);                 // leaves no file; frees
