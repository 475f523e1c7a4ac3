#pragma once
// Sound through SDL: one buffer at a time. The device is open only while something sounds. Interface thread only.

#include "err.h"

struct sound_output;

struct sound_output *sound_output_new(void);
void sound_output_free(struct sound_output *output);
// Plays `count` samples (-1 .. 1) of one channel, instead of what sounds. They are copied. Fails (ERR_IO) where there
// is no device that plays them.
bool sound_output_play(struct sound_output *output, const float *samples, int count, int rate, struct err *err);
void sound_output_stop(struct sound_output *output);
// Seconds that were played, or below 0: nothing sounds (any more).
double sound_output_position(struct sound_output *output);
