#include "hearing.h"

#include "bands.h"
#include "formants.h"

void hearing_release(struct hearing *hearing) {
    sound_output_free(hearing->output);
    *hearing = (struct hearing){0};
}

// What is read from outside: of an encoder-decoder its source.
static const struct example *input_of(const struct workbench *bench) {
    const struct example *example = &bench->example->example;
    return example->source ? example->source : example;
}

bool hearing_can(const struct workbench *bench) {
    if (!bench) return false;
    enum picture_kind kind = dataset_picture(bench->data).kind;
    return kind == PICTURE_SPECTROGRAM || kind == PICTURE_PIANO_ROLL;
}

static void hear_notes(const struct workbench *bench, const struct picture_of_input *picture, struct sound *sound) {
    const struct example *x = input_of(bench);
    struct tune tune;
    if (x->x_real)
        tune_from_roll(&tune, x->x_real, x->T, bench->data->channels, picture->lowest);
    else
        tune_from_symbols(&tune, bench->data->vocabulary.texts, x->x, x->T);
    sound_of_tune(sound, &tune);
    tune_release(&tune);
}

bool hearing_sound(const struct workbench *bench, struct sound *sound, struct err *err) {
    const struct picture_of_input picture = dataset_picture(bench->data);
    const struct example *x = input_of(bench);
    *sound = (struct sound){0};
    if (!hearing_can(bench)) return err_set(err, ERR_VALUE, "%s: there is nothing to hear", bench->data->name);
    if (picture.kind == PICTURE_PIANO_ROLL)
        hear_notes(bench, &picture, sound);
    else
        sound_of_bands(sound, x->x_real, x->T, bench->data->channels, &picture, SPEECH_RATE,
                       (double)BANDS_HOP / SPEECH_RATE);
    return true;
}

bool hearing_toggle(struct hearing *hearing, const struct workbench *bench, struct err *err) {
    if (hearing_timestep(hearing, bench) >= 0) {
        sound_output_stop(hearing->output);
        return true;
    }
    struct sound sound;
    if (!hearing_sound(bench, &sound, err)) return false;
    if (!hearing->output) hearing->output = sound_output_new();
    hearing->step = sound.step;
    hearing->steps = input_of(bench)->T;
    hearing->serial = bench->record->serial;
    bool good = sound_output_play(hearing->output, sound.samples, sound.count, sound.rate, err);
    sound_release(&sound);
    return good;
}

int hearing_timestep(struct hearing *hearing, const struct workbench *bench) {
    if (!hearing->output) return -1;
    if (!bench || bench->record->serial != hearing->serial) sound_output_stop(hearing->output);
    double at = sound_output_position(hearing->output);
    if (at < 0) return -1;
    int t = (int)(at / hearing->step);
    return t < hearing->steps ? t : hearing->steps - 1; // the last note dies away
}
