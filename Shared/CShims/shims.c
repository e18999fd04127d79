#include "CShims.h"
int parley_shims_version(void) { return 1; }
