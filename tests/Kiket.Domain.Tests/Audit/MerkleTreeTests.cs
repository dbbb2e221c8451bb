using System.Security.Cryptography;
using System.Text;
using Kiket.Domain.Audit;

namespace Kiket.Domain.Tests.Audit;

public sealed class MerkleTreeTests
{
    [Fact]
    public void The_published_vector_has_the_published_root()
    {
        var leaves = Leaves(3);

        Assert.StartsWith("037c9214", Hex(leaves[0]), StringComparison.Ordinal);
        Assert.StartsWith("9e7e6545", Hex(leaves[1]), StringComparison.Ordinal);
        Assert.StartsWith("a22883e9", Hex(leaves[2]), StringComparison.Ordinal);
        Assert.StartsWith("b3da988f", Hex(MerkleTree.Root([.. leaves.Take(2)])), StringComparison.Ordinal);
        Assert.Equal("7cab9d5c54559b3c8f27a2f7fc4078c8e0cbd7f2f6f9d635295b32f0b64dff5b", Hex(MerkleTree.Root(leaves)));
    }

    [Fact]
    public void A_single_leaf_is_its_own_root_and_needs_no_proof()
    {
        var leaves = Leaves(1);

        Assert.Equal(leaves[0], MerkleTree.Root(leaves));
        Assert.Empty(MerkleTree.Proof(leaves, 0));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(100)]
    public void Every_leaf_is_proved_by_a_path_of_the_computed_length_and_no_other_leaf_is(int count)
    {
        var leaves = Leaves(count);
        var root = MerkleTree.Root(leaves);

        for (var i = 0; i < count; i++)
        {
            var proof = MerkleTree.Proof(leaves, i);
            Assert.Equal(MerkleTree.ProofLength(i, count), proof.Count);
            Assert.Equal(root, MerkleTree.RootOf(leaves[i], proof));
            Assert.NotEqual(root, MerkleTree.RootOf(SHA256.HashData(leaves[i]), proof));
        }
    }

    [Fact]
    public void There_is_neither_a_root_without_leaves_nor_a_proof_of_a_leaf_that_does_not_exist()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Root([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Proof(Leaves(2), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Proof(Leaves(2), -1));
    }

    private static List<byte[]> Leaves(int count) =>
        [.. Enumerable.Range(1, count).Select(n => SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"id":{{n}}}""")))];

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
