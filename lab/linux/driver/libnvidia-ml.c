/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stand-in for NVML: it loads and says that the GPU cannot be reached. Freestanding. */

typedef int nvmlReturn_t;
enum { NVML_SUCCESS = 0, NVML_ERROR_UNINITIALIZED = 1, NVML_ERROR_DRIVER_NOT_LOADED = 9 };

nvmlReturn_t nvmlInit_v2(void) { return NVML_ERROR_DRIVER_NOT_LOADED; }
nvmlReturn_t nvmlInit(void) { return NVML_ERROR_DRIVER_NOT_LOADED; }
nvmlReturn_t nvmlShutdown(void) { return NVML_ERROR_UNINITIALIZED; }
const char *nvmlErrorString(nvmlReturn_t error)
{
    return error == NVML_SUCCESS ? "Success" : error == NVML_ERROR_DRIVER_NOT_LOADED ? "Driver Not Loaded" : "Uninitialized";
}
