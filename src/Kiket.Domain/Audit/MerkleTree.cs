using System.Security.Cryptography;

namespace Kiket.Domain.Audit;

/// <summary>A tree of hashes that proves that a record is among those of a root, without showing the others.</summary>
/// <remarks>
/// A leaf is a content hash as it is. A parent is the SHA-256 of its two children, the smaller first. A node without a sibling
/// moves up. Source: beyond-seed, 2.1.
/// </remarks>
internal static class MerkleTree
{
    /// <summary>The root over some leaves.</summary>
    /// <param name="leaves">At least one hash of 32 bytes.</param>
    /// <exception cref="ArgumentException">There are no leaves.</exception>
    public static byte[] Root(IReadOnlyList<byte[]> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfZero(leaves.Count);
        var level = leaves;
        while (level.Count > 1)
            level = Above(level);
        return level[0];
    }

    /// <summary>The siblings from a leaf up to the root.</summary>
    /// <param name="leaves">All leaves of the tree.</param>
    /// <param name="index">The leaf to prove, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no leaf with this index.</exception>
    public static IReadOnlyList<byte[]> Proof(IReadOnlyList<byte[]> leaves, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Count);
        List<byte[]> proof = [];
        for (var level = leaves; level.Count > 1; level = Above(level))
        {
            if ((index ^ 1) < level.Count)
                proof.Add(level[index ^ 1]);
            index /= 2;
        }

        return proof;
    }

    /// <summary>How many siblings the proof of a leaf has.</summary>
    /// <param name="index">The leaf, from 0.</param>
    /// <param name="count">How many leaves the tree has.</param>
    public static int ProofLength(int index, int count)
    {
        var length = 0;
        for (; count > 1; count = (count + 1) / 2)
        {
            if ((index ^ 1) < count)
                length++;
            index /= 2;
        }

        return length;
    }

    /// <summary>The root that a leaf and its proof lead to.</summary>
    /// <param name="leaf">The leaf, 32 bytes.</param>
    /// <param name="proof">The siblings from the leaf upward.</param>
    public static byte[] RootOf(byte[] leaf, IEnumerable<byte[]> proof) => proof.Aggregate(leaf, Parent);

    private static List<byte[]> Above(IReadOnlyList<byte[]> level)
    {
        List<byte[]> above = [];
        for (var i = 0; i < level.Count; i += 2)
            above.Add(i + 1 < level.Count ? Parent(level[i], level[i + 1]) : level[i]);
        return above;
    }

    private static byte[] Parent(byte[] one, byte[] other)
    {
        var isOneFirst = one.AsSpan().SequenceCompareTo(other) <= 0;
        return SHA256.HashData(isOneFirst ? [.. one, .. other] : [.. other, .. one]);
    }
}
