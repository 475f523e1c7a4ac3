#pragma once
// Sound as a WAV file: one channel, 16 bits, linear.

#include "err.h"
#include "tune.h"

// Whole or not at all. Fails (ERR_IO), (ERR_VALUE) where there is no sample.
bool wav_save(const char *path, const struct sound *sound, struct err *err);
