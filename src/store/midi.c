#include "midi.h"

#include "file.h"
#include "mem.h"
#include "str.h"

#include <math.h>
#include <stdlib.h>

enum { TICKS = 96, VELOCITY = 88, GUITAR = 24 }; // ticks of a step; program of General MIDI, from 0

struct event {
    int tick, pitch;
    bool on;
};

// At the same time notes end before others begin.
static int by_time(const void *a, const void *b) {
    const struct event *x = a, *y = b;
    if (x->tick != y->tick) return x->tick < y->tick ? -1 : 1;
    if (x->on != y->on) return x->on ? 1 : -1;
    return (x->pitch > y->pitch) - (x->pitch < y->pitch);
}

static void put_number(struct str *out, uint32_t value, int bytes) { // highest byte first
    for (int k = bytes - 1; k >= 0; k--)
        str_put_char(out, (char)(value >> (8 * k) & 255));
}

static void put_delta(struct str *out, uint32_t ticks) { // seven bits a byte, the highest bit but in the last
    for (int k = 3; k >= 0; k--)
        if (k == 0 || ticks >> (7 * k)) str_put_char(out, (char)((ticks >> (7 * k) & 127) | (k ? 128 : 0)));
}

static void put_track(struct str *out, const struct tune *tune) {
    struct event *events = mem_need(2 * (size_t)tune->count, sizeof *events);
    for (int k = 0; k < tune->count; k++) {
        const struct tune_note *note = &tune->notes[k];
        events[2 * k] = (struct event){note->start * TICKS, note->pitch, true};
        events[2 * k + 1] = (struct event){(note->start + note->length) * TICKS, note->pitch, false};
    }
    qsort(events, 2 * (size_t)tune->count, sizeof *events, by_time);
    str_put_n(out, "\0\xFF\x51\x03", 4); // tempo: microseconds of a quarter, which has two steps
    put_number(out, (uint32_t)lround(2e6 * tune->seconds), 3);
    str_put_n(out, "\0\xC0", 2);
    str_put_char(out, GUITAR);
    int now = 0;
    for (int k = 0; k < 2 * tune->count; k++) {
        put_delta(out, (uint32_t)(events[k].tick - now));
        now = events[k].tick;
        str_put_char(out, (char)(events[k].on ? 0x90 : 0x80));
        str_put_char(out, (char)events[k].pitch);
        str_put_char(out, VELOCITY);
    }
    str_put_n(out, "\0\xFF\x2F\0", 4); // end of the track
    mem_free(events);
}

bool midi_save(const char *path, const struct tune *tune, struct err *err) {
    if (tune->count == 0) return err_set(err, ERR_VALUE, "%s: expected notes, found none", path);
    struct str track = {0}, file = {0};
    put_track(&track, tune);
    str_put_n(&file, "MThd", 4);
    put_number(&file, 6, 4);
    put_number(&file, 0, 2); // format
    put_number(&file, 1, 2); // tracks
    put_number(&file, 2 * TICKS, 2);
    str_put_n(&file, "MTrk", 4);
    put_number(&file, (uint32_t)track.size, 4);
    str_put_n(&file, track.data, track.size);
    bool good = file_save_whole(path, file.data, file.size, err);
    str_release(&track);
    str_release(&file);
    return good;
}
