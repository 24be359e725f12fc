// Modules made of Bouncy Castle that speak the words of the interface, for long_log_bouncycastle.sh: FOLDER/vk, signatures in
// FOLDER/signatures, and FOLDER/NAME.jsonl: of `owner`, which has the key, of `shard`, which asks it for a part of it
// (extractKeyShard), of an owner that was restored from a backup made before the shard, and of one restored in the middle.
import java.io.*;
import java.nio.file.*;
import java.security.*;
import org.bouncycastle.crypto.*;
import org.bouncycastle.pqc.crypto.lms.*;
import org.bouncycastle.util.encoders.Hex;

public class Shards {
    static final String HEAD = "{\"ucsim-log\":1,\"functionality\":\"F_DKM\",\"modules\":[\"owner\",\"shard\"]}\n";
    static Path folder;
    static String kid, vk;

    // One module: its key, and the log that it writes.
    static class Module {
        final String name;
        final StringBuilder log = new StringBuilder(HEAD);
        LMSPrivateKeyParameters key;

        Module(String name) { this.name = name; }

        void event(String in, String out) {
            log.append("{\"module\":\"" + name + "\"" + (in == null ? "" : ",\"in\":{" + in + "}") + (out == null ? "" : ",\"out\":{" + out + "}") + "}\n");
        }

        void sign(String message) throws Exception {
            LMSSigner signer = new LMSSigner();
            int index = key.getIndex();
            signer.init(true, key);
            byte[] signature = signer.generateSignature(message.getBytes());
            Files.write(folder.resolve("signatures").resolve(name + "-" + message), signature);
            event("\"kind\":\"sign\",\"kid\":\"" + kid + "\",\"message\":\"" + message + "\"",
                  "\"kind\":\"signature\",\"kid\":\"" + kid + "\",\"index\":" + index + ",\"signature\":\"" + Hex.toHexString(signature) + "\"");
        }

        void handOver(Module to, int count, String ticket) {
            int first = key.getIndex();
            to.event("\"kind\":\"request\",\"kid\":\"" + kid + "\",\"count\":" + count + ",\"from\":\"" + name + "\"",
                     "\"kind\":\"requested\",\"ticket\":\"" + ticket + "\"");
            to.key = key.extractKeyShard(count);
            event("\"kind\":\"transfer\",\"kid\":\"" + kid + "\",\"count\":" + count + ",\"to\":\"" + to.name + "\",\"ticket\":\"" + ticket + "\"", null);
            to.event(null, "\"kind\":\"received\",\"kid\":\"" + kid + "\",\"from\":\"" + name + "\",\"ticket\":\"" + ticket + "\",\"a\":" + first + ",\"b\":" + (first + count));
        }

        void write(String file) throws Exception { Files.write(folder.resolve(file + ".jsonl"), log.toString().getBytes()); }
    }

    public static void main(String[] args) throws Exception {
        folder = Paths.get(args[0]);
        Files.createDirectories(folder.resolve("signatures"));
        LMSKeyPairGenerator g = new LMSKeyPairGenerator();
        g.init(new LMSKeyGenerationParameters(new LMSParameters(LMSigParameters.lms_sha256_n32_h5, LMOtsParameters.sha256_n32_w8), new SecureRandom()));
        AsymmetricCipherKeyPair pair = g.generateKeyPair();
        byte[] raw = ((LMSPublicKeyParameters)pair.getPublic()).getEncoded();
        Files.write(folder.resolve("vk"), raw);
        vk = Hex.toHexString(raw);
        kid = Hex.toHexString(MessageDigest.getInstance("SHA-256").digest(raw)).substring(0, 32);

        Module owner = new Module("owner"), shard = new Module("shard");
        owner.key = (LMSPrivateKeyParameters)pair.getPrivate();
        owner.event("\"kind\":\"keygen\"", "\"kind\":\"key\",\"kid\":\"" + kid + "\",\"vk\":\"" + vk + "\",\"capacity\":32");
        owner.sign("one");
        owner.sign("two");
        byte[] before = owner.key.getEncoded();
        owner.handOver(shard, 8, "00000000000000000000000000000001");
        shard.sign("three");
        owner.sign("four");
        byte[] middle = owner.key.getEncoded();
        owner.sign("five");
        shard.sign("six");
        owner.write("owner");
        shard.write("shard");

        // restored from before the shard: it owns once more what it gave away
        int honest = owner.log.length();
        owner.key = LMSPrivateKeyParameters.getInstance(before, raw);
        owner.sign("seven");
        owner.write("restored");
        owner.log.setLength(honest);
        // restored from the middle: it signs at an index once more
        owner.key = LMSPrivateKeyParameters.getInstance(middle, raw);
        owner.sign("eight");
        owner.write("again");
    }
}
