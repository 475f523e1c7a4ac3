#include "wav.h"

#include "file.h"
#include "str.h"

#include <math.h>

static void put_number(struct str *out, uint32_t value, int bytes) { // lowest byte first
    for (int k = 0; k < bytes; k++)
        str_put_char(out, (char)(value >> (8 * k) & 255));
}

bool wav_save(const char *path, const struct sound *sound, struct err *err) {
    enum { HEADER = 36, WIDTH = 2, PCM = 1 };
    if (sound->count == 0) return err_set(err, ERR_VALUE, "%s: expected sound, found none", path);
    struct str file = {0};
    uint32_t size = (uint32_t)sound->count * WIDTH, rate = (uint32_t)sound->rate;
    str_put_n(&file, "RIFF", 4);
    put_number(&file, HEADER + size, 4);
    str_put_n(&file, "WAVEfmt ", 8);
    put_number(&file, 16, 4);
    put_number(&file, PCM, 2);
    put_number(&file, 1, 2); // channels
    put_number(&file, rate, 4);
    put_number(&file, rate * WIDTH, 4);
    put_number(&file, WIDTH, 2);
    put_number(&file, 8 * WIDTH, 2);
    str_put_n(&file, "data", 4);
    put_number(&file, size, 4);
    for (int i = 0; i < sound->count; i++) {
        float x = fmaxf(-1, fminf(1, sound->samples[i]));
        put_number(&file, (uint32_t)(int32_t)lrintf(x * 32767), WIDTH);
    }
    bool good = file_save_whole(path, file.data, file.size, err);
    str_release(&file);
    return good;
}
