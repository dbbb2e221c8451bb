namespace Kiket.Application.Common;

/// <summary>
/// What a writer demands of the resource before it changes: nothing, that it exists, or that it has one of some versions.
/// </summary>
internal readonly record struct ExpectedVersion
{
    private readonly IReadOnlyList<int>? versions;

    private ExpectedVersion(bool mustExist, IReadOnlyList<int>? versions) => (MustExist, this.versions) = (mustExist, versions);

    /// <summary>Whether a write that would create the resource is refused.</summary>
    public bool MustExist { get; }

    /// <summary>Any version, as long as there is one.</summary>
    public static ExpectedVersion Existing { get; } = new(true, null);

    /// <param name="versions">The versions that the writer has seen; without any, every write is refused.</param>
    public static ExpectedVersion OneOf(IReadOnlyList<int> versions) => new(true, versions);

    public static implicit operator ExpectedVersion(int? version) => version is { } known ? OneOf([known]) : default;

    public bool Allows(int version) => versions is null || versions.Contains(version);
}
