/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stand-in for the CUDA driver of a computer whose GPU cannot be used: it loads, answers for its version, and every
   other call says that there is no device. Freestanding, so that it loads in any distribution.
   LAB_CUDA_VERSION is 12080 for CUDA 12.8. */

typedef int CUresult;
enum { CUDA_SUCCESS = 0, CUDA_ERROR_INVALID_VALUE = 1, CUDA_ERROR_NO_DEVICE = 100 };

static int equal(const char *left, const char *right)
{
    while (*left && *left == *right) { left++; right++; }
    return *left == *right;
}

CUresult cuInit(unsigned int flags) { (void)flags; return CUDA_ERROR_NO_DEVICE; }

CUresult cuDriverGetVersion(int *version)
{
    if (!version) return CUDA_ERROR_INVALID_VALUE;
    *version = LAB_CUDA_VERSION;
    return CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult error, const char **name)
{
    *name = error == CUDA_SUCCESS ? "CUDA_SUCCESS" : error == CUDA_ERROR_NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : 0;
    return *name ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuGetErrorString(CUresult error, const char **text)
{
    *text = error == CUDA_SUCCESS ? "no error" : error == CUDA_ERROR_NO_DEVICE ? "no CUDA-capable device is detected" : 0;
    return *text ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuDeviceGetCount(int *count) { if (count) *count = 0; return CUDA_ERROR_NO_DEVICE; }
CUresult cuDeviceGet(int *device, int ordinal) { (void)device; (void)ordinal; return CUDA_ERROR_NO_DEVICE; }
CUresult cuGetExportTable(const void **table, const void *id) { (void)id; if (table) *table = 0; return CUDA_ERROR_NO_DEVICE; }

static CUresult no_device(void) { return CUDA_ERROR_NO_DEVICE; }

CUresult cuGetProcAddress(const char *symbol, void **function, int version, unsigned long long flags);
CUresult cuGetProcAddress_v2(const char *symbol, void **function, int version, unsigned long long flags, int *status);

static const struct { const char *name; void *function; } known[] = {
    { "cuInit", (void *)cuInit },
    { "cuDriverGetVersion", (void *)cuDriverGetVersion },
    { "cuGetErrorName", (void *)cuGetErrorName },
    { "cuGetErrorString", (void *)cuGetErrorString },
    { "cuDeviceGetCount", (void *)cuDeviceGetCount },
    { "cuDeviceGet", (void *)cuDeviceGet },
    { "cuGetExportTable", (void *)cuGetExportTable },
};

/* The runtime asks for every function of the driver before it calls cuInit: give it one that says "no device". */
CUresult cuGetProcAddress_v2(const char *symbol, void **function, int version, unsigned long long flags, int *status)
{
    unsigned long index;
    (void)flags;
    if (!symbol || !function) return CUDA_ERROR_INVALID_VALUE;
    if (status) *status = 0;
    if (equal(symbol, "cuGetProcAddress")) {
        *function = version >= 12000 ? (void *)cuGetProcAddress_v2 : (void *)cuGetProcAddress;
        return CUDA_SUCCESS;
    }
    for (index = 0; index < sizeof known / sizeof *known; index++)
        if (equal(symbol, known[index].name)) { *function = known[index].function; return CUDA_SUCCESS; }
    *function = (void *)no_device;
    return CUDA_SUCCESS;
}

CUresult cuGetProcAddress(const char *symbol, void **function, int version, unsigned long long flags)
{
    return cuGetProcAddress_v2(symbol, function, version, flags, 0);
}
