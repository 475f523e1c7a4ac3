#define LOOPS loops_portable
#define LOOPS_NAME "portable"
#define LOOPS_TARGET
#include "loops_body.h"
