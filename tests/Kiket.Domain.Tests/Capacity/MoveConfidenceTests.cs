using Kiket.Domain.Capacity;

namespace Kiket.Domain.Tests.Capacity;

public sealed class MoveConfidenceTests
{
    [Theory]
    [InlineData(true, false, 0, 1.0, 0.6)]
    [InlineData(true, false, 0, 3.0, 0.6)] // a negative rest counts as none
    [InlineData(false, false, 0, 1.0, 0.8)]
    [InlineData(false, true, 0, 1.0, 0.85)]
    [InlineData(false, true, 4, 1.0, 0.9)]
    [InlineData(false, true, 4, 0.5, 0.95)]
    [InlineData(false, true, 4, 0.0, 1.0)]
    [InlineData(false, true, 4, 0.05, 1.0)] // rounded away from zero
    public void Each_thing_that_makes_a_move_easy_adds_to_the_confidence(
        bool isBegun,
        bool needsSkills,
        int velocity,
        double load,
        double expected
    ) => Assert.Equal((decimal)expected, MoveConfidence.Of(isBegun, needsSkills, velocity, (decimal)load));
}
