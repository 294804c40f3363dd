# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The CUDA program that the smoke test compiles and runs."""

from __future__ import annotations

PROGRAM = r"""// Written by wslfleet.cuda: adds two vectors on the GPU and checks the sum.
#include <chrono>
#include <cstdio>
#include <vector>
#include <cuda_runtime.h>

__global__ void add(const float *a, const float *b, float *sum, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) sum[i] = a[i] + b[i];
}

static int report(cudaError_t error) {
  std::printf("error=%d\nmessage=%s\n", static_cast<int>(error), cudaGetErrorString(error));
  return error == cudaSuccess ? 0 : 1;
}

int main() {
  int driver = 0, runtime = 0, devices = 0;
  cudaRuntimeGetVersion(&runtime);
  cudaDriverGetVersion(&driver);
  std::printf("runtime=%d\ndriver=%d\n", runtime, driver);
  cudaError_t error = cudaGetDeviceCount(&devices);
  if (error != cudaSuccess) return report(error);
  std::printf("devices=%d\n", devices);
  if (devices == 0) return report(cudaErrorNoDevice);
  cudaDeviceProp properties;
  if ((error = cudaGetDeviceProperties(&properties, 0)) != cudaSuccess) return report(error);
  std::printf("gpu=%s\ncapability=%d.%d\n", properties.name, properties.major, properties.minor);

  const int count = 1 << 20;
  std::vector<float> a(count, 1.0f), b(count, 2.0f), sum(count, 0.0f);
  float *da = nullptr, *db = nullptr, *dsum = nullptr;
  size_t size = count * sizeof(float);
  auto begin = std::chrono::steady_clock::now();
  if ((error = cudaMalloc(&da, size)) != cudaSuccess) return report(error);
  if ((error = cudaMalloc(&db, size)) != cudaSuccess) return report(error);
  if ((error = cudaMalloc(&dsum, size)) != cudaSuccess) return report(error);
  cudaMemcpy(da, a.data(), size, cudaMemcpyHostToDevice);
  cudaMemcpy(db, b.data(), size, cudaMemcpyHostToDevice);
  add<<<(count + 255) / 256, 256>>>(da, db, dsum, count);
  if ((error = cudaGetLastError()) != cudaSuccess) return report(error);
  if ((error = cudaMemcpy(sum.data(), dsum, size, cudaMemcpyDeviceToHost)) != cudaSuccess) return report(error);
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (int i = 0; i < count; ++i)
    if (sum[i] != 3.0f) {
      std::printf("wrong=%d\n", i);
      return 1;
    }
  std::printf("seconds=%.6f\n", seconds);
  return report(cudaSuccess);
}
"""
