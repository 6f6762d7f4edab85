// Measures: a value of one unit as a value of another. Source of the units' names: the Kusto documentation,
// "convert_length()" and its kin; of their sizes: the International System of Units and the definitions by
// it.

#include <algorithm>
#include <array>
#include <span>

#include "kql/function.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

// How many of a base unit one of it is; a temperature also has its zero elsewhere: base = size * v + zero.
struct Unit {
  std::string_view name;
  double size;
  double zero = 0;
};

constexpr double kDegree = 1;
constexpr double kRadian = 57.29577951308232;
constexpr auto kAngles = std::to_array<Unit>({{"Arcminute", kDegree / 60},
                                              {"Arcsecond", kDegree / 3600},
                                              {"Centiradian", kRadian / 100},
                                              {"Deciradian", kRadian / 10},
                                              {"Degree", kDegree},
                                              {"Gradian", 0.9},
                                              {"Microdegree", 1e-6},
                                              {"Microradian", kRadian / 1e6},
                                              {"Millidegree", 1e-3},
                                              {"Milliradian", kRadian / 1e3},
                                              {"Nanodegree", 1e-9},
                                              {"Nanoradian", kRadian / 1e9},
                                              {"NatoMil", 360.0 / 6400},
                                              {"Radian", kRadian},
                                              {"Revolution", 360}});

constexpr double kBtu = 1055.05585262;  // in joules, as are all energies
constexpr double kElectronVolt = 1.602176634e-19;
constexpr double kWattHour = 3600;
constexpr double kCalorie = 4.184;
constexpr auto kEnergies = std::to_array<Unit>({{"BritishThermalUnit", kBtu},
                                                {"Calorie", kCalorie},
                                                {"DecathermEc", kBtu * 1e6},
                                                {"DecathermImperial", 1.05505585257348e9},
                                                {"DecathermUs", 1.054804e9},
                                                {"ElectronVolt", kElectronVolt},
                                                {"Erg", 1e-7},
                                                {"FootPound", 1.3558179483314004},
                                                {"GigabritishThermalUnit", kBtu * 1e9},
                                                {"GigaelectronVolt", kElectronVolt * 1e9},
                                                {"Gigajoule", 1e9},
                                                {"GigawattDay", kWattHour * 24e9},
                                                {"GigawattHour", kWattHour * 1e9},
                                                {"HorsepowerHour", 2684519.537696173},
                                                {"Joule", 1},
                                                {"KilobritishThermalUnit", kBtu * 1e3},
                                                {"Kilocalorie", kCalorie * 1e3},
                                                {"KiloelectronVolt", kElectronVolt * 1e3},
                                                {"Kilojoule", 1e3},
                                                {"KilowattDay", kWattHour * 24e3},
                                                {"KilowattHour", kWattHour * 1e3},
                                                {"MegabritishThermalUnit", kBtu * 1e6},
                                                {"Megacalorie", kCalorie * 1e6},
                                                {"MegaelectronVolt", kElectronVolt * 1e6},
                                                {"Megajoule", 1e6},
                                                {"MegawattDay", kWattHour * 24e6},
                                                {"MegawattHour", kWattHour * 1e6},
                                                {"Millijoule", 1e-3},
                                                {"TeraelectronVolt", kElectronVolt * 1e12},
                                                {"TerawattDay", kWattHour * 24e12},
                                                {"TerawattHour", kWattHour * 1e12},
                                                {"ThermEc", kBtu * 1e5},
                                                {"ThermImperial", 1.05505585257348e8},
                                                {"ThermUs", 1.054804e8},
                                                {"WattDay", kWattHour * 24},
                                                {"WattHour", kWattHour}});

constexpr double kPoundForce = 4.4482216152605;  // in newtons
constexpr double kKilogramForce = 9.80665;
constexpr auto kForces = std::to_array<Unit>({{"Decanewton", 10},
                                              {"Dyn", 1e-5},
                                              {"KilogramForce", kKilogramForce},
                                              {"Kilonewton", 1e3},
                                              {"KiloPond", kKilogramForce},
                                              {"KilopoundForce", kPoundForce * 1e3},
                                              {"Meganewton", 1e6},
                                              {"Micronewton", 1e-6},
                                              {"Millinewton", 1e-3},
                                              {"Newton", 1},
                                              {"OunceForce", kPoundForce / 16},
                                              {"Poundal", 0.138254954376},
                                              {"PoundForce", kPoundForce},
                                              {"ShortTonForce", kPoundForce * 2000},
                                              {"TonneForce", kKilogramForce * 1e3}});

constexpr double kInch = 0.0254;  // in metres
constexpr double kFoot = 12 * kInch;
constexpr double kYard = 3 * kFoot;
constexpr double kMile = 1760 * kYard;
constexpr double kUsSurveyFoot = 1200.0 / 3937;
constexpr double kLightYear = 9.4607304725808e15;
constexpr double kParsec = 3.0856775814913673e16;
constexpr auto kLengths = std::to_array<Unit>({{"Angstrom", 1e-10},
                                               {"AstronomicalUnit", 149597870700},
                                               {"Centimeter", 1e-2},
                                               {"Chain", 22 * kYard},
                                               {"DataMile", 6000 * kFoot},
                                               {"Decameter", 10},
                                               {"Decimeter", 0.1},
                                               {"DtpPica", kInch / 6},
                                               {"DtpPoint", kInch / 72},
                                               {"Fathom", 2 * kYard},
                                               {"Foot", kFoot},
                                               {"Hand", 4 * kInch},
                                               {"Hectometer", 100},
                                               {"Inch", kInch},
                                               {"KilolightYear", kLightYear * 1e3},
                                               {"Kilometer", 1e3},
                                               {"Kiloparsec", kParsec * 1e3},
                                               {"LightYear", kLightYear},
                                               {"MegalightYear", kLightYear * 1e6},
                                               {"Megaparsec", kParsec * 1e6},
                                               {"Meter", 1},
                                               {"Microinch", kInch / 1e6},
                                               {"Micrometer", 1e-6},
                                               {"Mil", kInch / 1e3},
                                               {"Mile", kMile},
                                               {"Millimeter", 1e-3},
                                               {"Nanometer", 1e-9},
                                               {"NauticalMile", 1852},
                                               {"Parsec", kParsec},
                                               {"PrinterPica", 12 * kInch / 72.27},
                                               {"PrinterPoint", kInch / 72.27},
                                               {"Shackle", 90 * kFoot},
                                               {"SolarRadius", 6.957e8},
                                               {"Twip", kInch / 1440},
                                               {"UsSurveyFoot", kUsSurveyFoot},
                                               {"Yard", kYard}});

constexpr double kPound = 453.59237;  // in grams
constexpr auto kMasses = std::to_array<Unit>({{"Centigram", 1e-2},
                                              {"Decagram", 10},
                                              {"Decigram", 0.1},
                                              {"EarthMass", 5.9722e27},
                                              {"Grain", kPound / 7000},
                                              {"Gram", 1},
                                              {"Hectogram", 100},
                                              {"Kilogram", 1e3},
                                              {"Kilopound", kPound * 1e3},
                                              {"Kilotonne", 1e9},
                                              {"LongHundredweight", kPound * 112},
                                              {"LongTon", kPound * 2240},
                                              {"Megapound", kPound * 1e6},
                                              {"Megatonne", 1e12},
                                              {"Microgram", 1e-6},
                                              {"Milligram", 1e-3},
                                              {"Nanogram", 1e-9},
                                              {"Ounce", kPound / 16},
                                              {"Pound", kPound},
                                              {"ShortHundredweight", kPound * 100},
                                              {"ShortTon", kPound * 2000},
                                              {"Slug", 14593.902937206364},
                                              {"SolarMass", 1.98847e33},
                                              {"Stone", kPound * 14},
                                              {"Tonne", 1e6}});

constexpr auto kSpeeds = std::to_array<Unit>({{"CentimeterPerHour", 0.01 / 3600},
                                              {"CentimeterPerMinute", 0.01 / 60},
                                              {"CentimeterPerSecond", 0.01},
                                              {"DecimeterPerMinute", 0.1 / 60},
                                              {"DecimeterPerSecond", 0.1},
                                              {"FootPerHour", kFoot / 3600},
                                              {"FootPerMinute", kFoot / 60},
                                              {"FootPerSecond", kFoot},
                                              {"InchPerHour", kInch / 3600},
                                              {"InchPerMinute", kInch / 60},
                                              {"InchPerSecond", kInch},
                                              {"KilometerPerHour", 1e3 / 3600},
                                              {"KilometerPerMinute", 1e3 / 60},
                                              {"KilometerPerSecond", 1e3},
                                              {"Knot", 1852.0 / 3600},
                                              {"MeterPerHour", 1.0 / 3600},
                                              {"MeterPerMinute", 1.0 / 60},
                                              {"MeterPerSecond", 1},
                                              {"MicrometerPerMinute", 1e-6 / 60},
                                              {"MicrometerPerSecond", 1e-6},
                                              {"MilePerHour", kMile / 3600},
                                              {"MillimeterPerHour", 1e-3 / 3600},
                                              {"MillimeterPerMinute", 1e-3 / 60},
                                              {"MillimeterPerSecond", 1e-3},
                                              {"NanometerPerMinute", 1e-9 / 60},
                                              {"NanometerPerSecond", 1e-9},
                                              {"UsSurveyFootPerHour", kUsSurveyFoot / 3600},
                                              {"UsSurveyFootPerMinute", kUsSurveyFoot / 60},
                                              {"UsSurveyFootPerSecond", kUsSurveyFoot},
                                              {"YardPerHour", kYard / 3600},
                                              {"YardPerMinute", kYard / 60},
                                              {"YardPerSecond", kYard}});

constexpr double kIce = 273.15;  // in kelvins
constexpr auto kTemperatures = std::to_array<Unit>({{"DegreeCelsius", 1, kIce},
                                                    {"DegreeDelisle", -2.0 / 3, kIce + 100},
                                                    {"DegreeFahrenheit", 5.0 / 9, 459.67 * 5 / 9},
                                                    {"DegreeNewton", 100.0 / 33, kIce},
                                                    {"DegreeRankine", 5.0 / 9},
                                                    {"DegreeReaumur", 1.25, kIce},
                                                    {"DegreeRoemer", 40.0 / 21, kIce - 7.5 * 40 / 21},
                                                    {"Kelvin", 1},
                                                    {"MillidegreeCelsius", 1e-3, kIce},
                                                    {"SolarTemperature", 5778}});

constexpr double kCubicInch = kInch * kInch * kInch;  // in cubic metres
constexpr double kCubicFoot = kFoot * kFoot * kFoot;
constexpr double kLiter = 1e-3;
constexpr double kUsGallon = 231 * kCubicInch;
constexpr double kImperialGallon = 4.54609 * kLiter;
// An acre-foot is 43,560 cubic feet; Kusto has six digits of it.
constexpr auto kVolumes = std::to_array<Unit>({{"AcreFoot", 1 / 0.000810714},
                                               {"AuTablespoon", 0.02 * kLiter},
                                               {"BoardFoot", kCubicFoot / 12},
                                               {"Centiliter", kLiter / 100},
                                               {"CubicCentimeter", 1e-6},
                                               {"CubicDecimeter", 1e-3},
                                               {"CubicFoot", kCubicFoot},
                                               {"CubicHectometer", 1e6},
                                               {"CubicInch", kCubicInch},
                                               {"CubicKilometer", 1e9},
                                               {"CubicMeter", 1},
                                               {"CubicMicrometer", 1e-18},
                                               {"CubicMile", kMile* kMile* kMile},
                                               {"CubicMillimeter", 1e-9},
                                               {"CubicYard", kYard* kYard* kYard},
                                               {"Decaliter", 10 * kLiter},
                                               {"DecausGallon", 10 * kUsGallon},
                                               {"Deciliter", kLiter / 10},
                                               {"DeciusGallon", kUsGallon / 10},
                                               {"HectocubicFoot", 100 * kCubicFoot},
                                               {"HectocubicMeter", 100},
                                               {"Hectoliter", 100 * kLiter},
                                               {"HectousGallon", 100 * kUsGallon},
                                               {"ImperialBeerBarrel", 36 * kImperialGallon},
                                               {"ImperialGallon", kImperialGallon},
                                               {"ImperialOunce", kImperialGallon / 160},
                                               {"ImperialPint", kImperialGallon / 8},
                                               {"KilocubicFoot", 1e3 * kCubicFoot},
                                               {"KilocubicMeter", 1e3},
                                               {"KiloimperialGallon", 1e3 * kImperialGallon},
                                               {"Kiloliter", 1e3 * kLiter},
                                               {"KilousGallon", 1e3 * kUsGallon},
                                               {"Liter", kLiter},
                                               {"MegacubicFoot", 1e6 * kCubicFoot},
                                               {"MegaimperialGallon", 1e6 * kImperialGallon},
                                               {"Megaliter", 1e6 * kLiter},
                                               {"MegausGallon", 1e6 * kUsGallon},
                                               {"MetricCup", 0.25 * kLiter},
                                               {"MetricTeaspoon", 5e-3 * kLiter},
                                               {"Microliter", 1e-6 * kLiter},
                                               {"Milliliter", 1e-3 * kLiter},
                                               {"OilBarrel", 42 * kUsGallon},
                                               {"UkTablespoon", 15e-3 * kLiter},
                                               {"UsBeerBarrel", 31 * kUsGallon},
                                               {"UsCustomaryCup", kUsGallon / 16},
                                               {"UsGallon", kUsGallon},
                                               {"UsLegalCup", 0.24 * kLiter},
                                               {"UsOunce", kUsGallon / 128},
                                               {"UsPint", kUsGallon / 8},
                                               {"UsQuart", kUsGallon / 4},
                                               {"UsTablespoon", kUsGallon / 256},
                                               {"UsTeaspoon", kUsGallon / 768}});

const Unit* find_unit(std::span<const Unit> units, const BoundExpr& name) {
  const auto* wanted = std::get_if<std::string>(&name.value);
  const auto found = std::find_if(units.begin(), units.end(), [wanted](const Unit& unit) {
    return wanted != nullptr && unit.name == *wanted;
  });
  return found == units.end() ? nullptr : &*found;
}

// A unit that is none gives null.
Ref converted(LowerCall& l, std::span<const Unit> units) {
  const Unit* from = find_unit(units, l.arg(1));
  const Unit* to = find_unit(units, l.arg(2));
  if (from == nullptr || to == nullptr) return l.tree.cast(l.null(), "Nullable(Float64)");
  const Ref base = l.fn("multiply", l[0], l.tree.real(from->size));
  if (from->zero == 0 && to->zero == 0)
    return l.fn("toNullable", l.fn("divide", base, l.tree.real(to->size)));
  const Ref shifted = l.fn("plus", base, l.tree.real(from->zero - to->zero));
  return l.fn("toNullable", l.fn("divide", shifted, l.tree.real(to->size)));
}

// Besides the linear units a tilt is an angle's sine.
Ref lower_angle(LowerCall& l) {
  const auto* from = std::get_if<std::string>(&l.arg(1).value);
  const auto* to = std::get_if<std::string>(&l.arg(2).value);
  const bool from_tilt = from != nullptr && *from == "Tilt", to_tilt = to != nullptr && *to == "Tilt";
  if (!from_tilt && !to_tilt) return converted(l, kAngles);
  const Unit* from_unit = find_unit(kAngles, l.arg(1));
  const Unit* to_unit = find_unit(kAngles, l.arg(2));
  if ((!from_tilt && from_unit == nullptr) || (!to_tilt && to_unit == nullptr))
    return l.tree.cast(l.null(), "Nullable(Float64)");
  const Ref degrees =
      from_tilt ? l.fn("degrees", l.fn("asin", l[0])) : l.fn("multiply", l[0], l.tree.real(from_unit->size));
  const Ref result =
      to_tilt ? l.fn("sin", l.fn("radians", degrees)) : l.fn("divide", degrees, l.tree.real(to_unit->size));
  return l.fn("toNullable", result);
}
Ref lower_energy(LowerCall& l) { return converted(l, kEnergies); }
Ref lower_force(LowerCall& l) { return converted(l, kForces); }
Ref lower_length(LowerCall& l) { return converted(l, kLengths); }
Ref lower_mass(LowerCall& l) { return converted(l, kMasses); }
Ref lower_speed(LowerCall& l) { return converted(l, kSpeeds); }
Ref lower_temperature(LowerCall& l) { return converted(l, kTemperatures); }
Ref lower_volume(LowerCall& l) { return converted(l, kVolumes); }

constexpr auto kRows = std::to_array<FunctionRow>({
    {"convert_angle", "real? (real, string#, string#)", lower_angle},
    {"convert_energy", "real? (real, string#, string#)", lower_energy},
    {"convert_force", "real? (real, string#, string#)", lower_force},
    {"convert_length", "real? (real, string#, string#)", lower_length},
    {"convert_mass", "real? (real, string#, string#)", lower_mass},
    {"convert_speed", "real? (real, string#, string#)", lower_speed},
    {"convert_temperature", "real? (real, string#, string#)", lower_temperature},
    {"convert_volume", "real? (real, string#, string#)", lower_volume},
});

}  // namespace

std::span<const FunctionRow> measure_rows() { return kRows; }

}  // namespace linkgate::kql
