#define LOOPS loops_portable
#define LOOPS_NAME "portable"
#define LOOPS_TARGET
#define LOOPS_LANES 4
#include "loops_body.h"
