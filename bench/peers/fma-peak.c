/* Prints the machine's peak of fused multiply-adds on float32, in GFLOPS over all cores: registers only, no memory. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef float lanes __attribute__((vector_size(64)));
enum { CHAINS = 16, STEPS = 20000000 };

static void *spin(void *out) {
  lanes sums[CHAINS];
  lanes a, b;
  for (int i = 0; i < 16; i++) a[i] = 0.999f, b[i] = 0.001f;
  for (int c = 0; c < CHAINS; c++) sums[c] = b * (float)c;
  for (int s = 0; s < STEPS; s++)
#pragma GCC unroll 16
    for (int c = 0; c < CHAINS; c++) sums[c] = sums[c] * a + b;
  for (int c = 1; c < CHAINS; c++) sums[0] += sums[c];
  *(float *)out = sums[0][0];
  return 0;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  pthread_t ids[256];
  float out[256];
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int i = 0; i < threads; i++) pthread_create(&ids[i], 0, spin, &out[i]);
  for (int i = 0; i < threads; i++) pthread_join(ids[i], 0);
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
  printf("%.1f\n", 2.0 * 16 * CHAINS * STEPS * threads / seconds / 1e9);
  return out[0] == 12345.0f;
}
