#pragma once
// The examples on which the models of a run are measured (core/measure.h), the same from the first checkpoint to the
// last. Owns them; afterwards only read, from any thread.

#include "bench_example.h"
#include "measure.h"

struct probes {
    int count; // 0 where the data have none
    struct bench_example *examples[MEASURE_PROBES];
    const struct example *list[MEASURE_PROBES]; // of the above, as measures_new() takes them
};
// The longest (source and answer together) of PROBES_LOOKED_AT of the validation part, or of all data where there is
// none; of one long text or series of the last windows of `window` timesteps. Longer examples are cut to
// `window`. Fails with ERR_MEMORY.
enum { PROBES_LOOKED_AT = 64 };
bool probes_init(struct probes *probes, const struct dataset *data, int window, struct err *err);
void probes_release(struct probes *probes);
