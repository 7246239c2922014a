#pragma once

namespace sluice::problems {

/// The surface of Müller and Brown, a model of a potential energy with three basins, clipped at 200.
/// Source: Müller and Brown, Theoretica Chimica Acta 53 (1979) 75, table 1; spec: regression-methods, section 5.
double mueller_brown(double x, double y);

}  // namespace sluice::problems
