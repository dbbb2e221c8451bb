namespace Kiket.Application.Common;

/// <summary>
/// A writer's precondition on a resource: none, that it exists, or that it has one of certain versions.
/// </summary>
internal readonly record struct ExpectedVersion
{
    private readonly IReadOnlyList<int>? versions;

    private ExpectedVersion(bool mustExist, IReadOnlyList<int>? versions) => (MustExist, this.versions) = (mustExist, versions);

    /// <summary>Whether a write that would create the resource is rejected.</summary>
    public bool MustExist { get; }

    /// <summary>Any version, as long as there is one.</summary>
    public static ExpectedVersion Existing { get; } = new(true, null);

    /// <param name="versions">The versions that the writer has seen; if empty, every write is rejected.</param>
    public static ExpectedVersion OneOf(IReadOnlyList<int> versions) => new(true, versions);

    public static implicit operator ExpectedVersion(int? version) => version is { } known ? OneOf([known]) : default;

    public bool Allows(int version) => versions is null || versions.Contains(version);
}
