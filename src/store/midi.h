#pragma once
// A tune as a standard MIDI file (format 0, one track): header, tempo, a program change, notes on and off.

#include "err.h"
#include "tune.h"

// Whole or not at all. Fails (ERR_IO), (ERR_VALUE) where there is no note.
bool midi_save(const char *path, const struct tune *tune, struct err *err);
